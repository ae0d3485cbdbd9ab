package doctor

import (
	"context"

	"gitpost/bridge/config"
	"gitpost/bridge/delivery"
	"gitpost/bridge/state"
)

// delivery checks that the site shows what was pushed.
func (d Diagnosis) delivery(ctx context.Context, c config.Site) Check {
	k := Check{Name: "delivery", Result: Passed, Found: "the site shows every post that gitpost follows"}
	if !c.Delivery {
		return Check{Name: k.Name, Result: Passed, Found: "off (delivery: false)"}
	}
	rows, err := state.ReadDeliveries(ctx, d.Config.State(), state.DeliveryFilter{Site: c.Me, Kind: delivery.Live})
	if err != nil {
		return Check{Name: k.Name, Result: Skipped, Found: err.Error(), Remedy: "see the check state database"}
	}
	if late := delivery.LateOf(rows, d.Now()); late.Posts > 0 {
		k.Result, k.Found = Failed, late.Reason
		k.Remedy = "look at the build at the site's host; then gitpost delivery retry, or gitpost delivery skip"
	}
	return k
}
