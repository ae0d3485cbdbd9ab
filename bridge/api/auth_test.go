package api

import (
	"fmt"
	"testing"
	"time"
)

func TestRefusalsAreCountedByNetwork(t *testing.T) {
	now := time.Now()
	r := newRefusals(func() int { return 3 })
	for i := range 3 {
		if wait := r.refuse(fmt.Sprintf("2001:db8:1:2::%d", i+1), now); wait != 0 {
			t.Errorf("the %dth has to wait %s", i+1, wait)
		}
	}
	if r.refuse("2001:db8:1:2:ffff::1", now) == 0 || r.wait("2001:db8:1:2::9", now) == 0 {
		t.Error("the customer of one network guesses on by another address of it")
	}
	if r.refuse("2001:db8:1:3::1", now) != 0 || r.refuse("192.0.2.1", now) != 0 || r.refuse("192.0.2.2", now) != 0 {
		t.Error("others are told to wait")
	}
	if r.refuse("2001:db8:1:2::1", now.Add(time.Minute)) != 0 {
		t.Error("a minute later it still has to wait")
	}
}

func TestRefusalsAreBoundedAndLetNobodyThrough(t *testing.T) {
	now := time.Now()
	r := newRefusals(func() int { return 3 })
	for i := range mostAddresses + 100 {
		r.refuse(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), now)
	}
	if len(r.counts) > mostAddresses+1 {
		t.Errorf("%d addresses are held", len(r.counts))
	}
	if r.refuse("192.0.2.1", now) == 0 {
		t.Error("an address that could not be held guesses on")
	}
}

// The log counts by network, or the addresses of one network would push all others out of it.
func TestRefusedTokensAreCountedByNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64", "@": "@",
	} {
		if got := network(address); got != want {
			t.Errorf("network(%q) = %q, want %q", address, got, want)
		}
	}
}
