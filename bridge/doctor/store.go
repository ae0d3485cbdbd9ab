package doctor

import (
	"context"

	"gitpost/bridge/objects"
)

// uploadStore checks that uploads can be stored in the bucket, read and removed.
func (d Diagnosis) uploadStore(ctx context.Context) Check {
	bucket, err := objects.Configured(ctx, d.Config.Server)
	if err == nil {
		err = bucket.Check(ctx)
	}
	if err != nil {
		return Check{Name: "store", Result: Failed, Found: err.Error(),
			Remedy: "until then, apps cannot send files; see Running many blogs in the manual"}
	}
	return Check{Name: "store", Result: Passed, Found: d.Config.Uploads + " can be written and read"}
}
