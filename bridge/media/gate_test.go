package media

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
)

// enterAll queues images of owners while all places are taken, and returns the owners in the
// order in which they are admitted.
func enterAll(t *testing.T, g *gate, weight int64, owners ...string) (order []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		leave, err := g.enter(t.Context(), "first", weight)
		if err != nil {
			t.Fatal(err)
		}
		for _, owner := range owners {
			go func() {
				leave, err := g.enter(t.Context(), owner, weight)
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, owner) // one place: no two at once
				leave()
			}()
			synctest.Wait()
		}
		leave()
		synctest.Wait()
	})
	return order
}

func TestAnOwnerWithManyImagesDoesNotDelayAnotherOne(t *testing.T) {
	for _, weight := range []int64{1, smallWeight + 1} {
		order := enterAll(t, newGate(1, 1, smallWeight), weight, "a", "a", "a", "a", "b", "c", "b")
		if want := []string{"a", "b", "c", "a", "b", "a", "a"}; !slices.Equal(order, want) {
			t.Errorf("weight %d: images were decoded in the order %v, want %v", weight, order, want)
		}
	}
}

func TestOneOwnerCannotTakeAllPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4, 1, 2*smallWeight)
		leave, err := g.enter(t.Context(), "a", 1)
		if err != nil {
			t.Fatal(err)
		}
		second := false
		go func() {
			leave, err := g.enter(t.Context(), "a", 1)
			if err != nil {
				t.Error(err)
				return
			}
			second = true
			leave()
		}()
		synctest.Wait()
		if second {
			t.Error("a second image of the same owner was admitted beside the first")
		}
		other, err := g.enter(t.Context(), "b", 1)
		if err != nil {
			t.Fatal(err)
		}
		other()
		leave()
		synctest.Wait()
		if !second {
			t.Error("the second image was never admitted")
		}
	})
}

func TestALargeImageLeavesRoomForASmallOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(3, 3, smallWeight)
		large, err := g.enter(t.Context(), "a", smallWeight+1)
		if err != nil {
			t.Fatal(err)
		}
		small, err := g.enter(t.Context(), "b", smallWeight)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { // neither room for a second large one
			_, err := g.enter(ctx, "c", smallWeight+1)
			ended <- err
		}()
		go func() { // nor for more small ones
			_, err := g.enter(ctx, "d", 1)
			ended <- err
		}()
		synctest.Wait()
		cancel()
		for range 2 {
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's error", err)
			}
		}
		small()
		large()
		if len(g.owners)+len(g.waiting) != 0 || g.total != (load{}) || g.large {
			t.Errorf("left over: %+v", g)
		}
	})
}

func TestOneOwnerCannotTakeAllMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(8, 8, 2*smallWeight)
		ctx, cancel := context.WithCancel(t.Context())
		for range 2 {
			go g.enter(ctx, "a", smallWeight)
		}
		synctest.Wait()
		if len(g.waiting) != 1 {
			t.Errorf("%d images wait, want 1", len(g.waiting))
		}
		if _, err := g.enter(t.Context(), "b", smallWeight); err != nil {
			t.Error(err)
		}
		cancel()
		synctest.Wait()
	})
}
