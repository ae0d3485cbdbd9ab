package state

import (
	"testing"
	"time"
)

func TestADeliveryIsOneRowWhoseLatestVersionCounts(t *testing.T) {
	db, path := fresh(t)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	row := Delivery{Site: "https://a.example/", URL: "https://a.example/1/", Kind: "live", Action: "create", Version: "1",
		Path: "1.md", State: DeliveryWaiting, Due: noon, Begun: noon, Changed: noon, Notes: "{}"}
	if err := db.Follow(t.Context(), row.Site, "c1", []Delivery{row}); err != nil {
		t.Fatal(err)
	}
	first, err := db.Deliveries(t.Context(), DeliveryFilter{DueBy: noon, Limit: 5})
	if err != nil || len(first) != 1 {
		t.Fatalf("got %v, %v", first, err)
	}
	row.Version, row.Due = "2", noon.Add(time.Hour)
	if err := db.Follow(t.Context(), row.Site, "c2", []Delivery{row}); err != nil {
		t.Fatal(err)
	}
	old := first[0]
	old.State = DeliveryDone
	if stored, err := db.FinishDelivery(t.Context(), old, []Delivery{row}); err != nil || stored {
		t.Errorf("the result of an old version is stored: %t, %v", stored, err)
	}
	if next, err := db.NextDelivery(t.Context()); err != nil || !next.Equal(noon.Add(time.Hour)) {
		t.Errorf("next: %s, %v", next, err)
	}
	if err := db.HurryDeliveries(t.Context(), row.Site, "live", noon); err != nil {
		t.Fatal(err)
	}
	if next, err := db.NextDelivery(t.Context()); err != nil || !next.Equal(noon) {
		t.Errorf("next, in a hurry: %s, %v", next, err)
	}
	if commit, err := db.Followed(t.Context(), row.Site); err != nil || commit != "c2" {
		t.Errorf("followed: %q, %v", commit, err)
	}
	beside, err := ReadDeliveries(t.Context(), path, DeliveryFilter{Site: row.Site})
	if err != nil || len(beside) != 1 || beside[0].Version != "2" {
		t.Errorf("read beside: %v, %v", beside, err)
	}
	if found, err := db.SkipDelivery(t.Context(), first[0].ID, noon); err != nil || !found {
		t.Errorf("skip: %t, %v", found, err)
	}
	beside[0].State = DeliveryDone
	if stored, err := db.FinishDelivery(t.Context(), beside[0], nil); err != nil || stored {
		t.Errorf("what the owner skipped is done: %t, %v", stored, err)
	}
	if err := db.PruneDeliveries(t.Context(), "live", DeliverySkipped, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if left, err := db.Deliveries(t.Context(), DeliveryFilter{}); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
