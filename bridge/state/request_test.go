package state

import (
	"testing"
	"time"
)

func TestRequestIsKnownByItsKeyForADay(t *testing.T) {
	db, _ := fresh(t)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	begin := func(key byte, at time.Time) (Request, bool) {
		t.Helper()
		r, known, err := db.BeginRequest(t.Context(), Request{Key: [32]byte{key}, Asks: [32]byte{9}, Begun: at})
		if err != nil {
			t.Fatal(err)
		}
		return r, known
	}
	first, known := begin(1, noon)
	if known {
		t.Fatal("a new request is known")
	}
	if r, known := begin(1, noon.Add(time.Hour)); !known || r != first {
		t.Errorf("repeated: %v, %v; want %v", r, known, first)
	}
	first.Answer = "done"
	if err := db.FinishRequest(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if r, known := begin(1, noon.Add(23*time.Hour)); !known || r != first {
		t.Errorf("after its answer: %v, %v; want %v", r, known, first)
	}
	if _, known := begin(2, noon.Add(23*time.Hour)); known {
		t.Error("another key is known")
	}
	if r, known := begin(1, noon.Add(25*time.Hour)); known || r.Answer != "" {
		t.Errorf("after a day: %v, %v; want a new request", r, known)
	}
}

func TestRefusedRequestIsForgotten(t *testing.T) {
	db, _ := fresh(t)
	r, _, err := db.BeginRequest(t.Context(), Request{Key: [32]byte{1}})
	if err == nil {
		err = db.ForgetRequest(t.Context(), r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, known, err := db.BeginRequest(t.Context(), Request{Key: [32]byte{1}}); known || err != nil {
		t.Errorf("known %v, %v", known, err)
	}
}
