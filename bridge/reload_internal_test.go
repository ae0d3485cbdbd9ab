package bridge

import (
	"maps"
	"reflect"
	"slices"
	"testing"
)

// The keys that a reload keeps are keys, and their fields are there.
func TestFixedKeysAreKeysOfTheConfiguration(t *testing.T) {
	for _, fixed := range []map[string]string{fixedKeys, fixedSiteKeys} {
		for _, key := range slices.Sorted(maps.Keys(fixed)) {
			if _, _, ok := findKey(Keys(), key); !ok {
				t.Errorf("%s is no key", key)
			}
			if _, ok := reflect.TypeFor[Config]().FieldByName(fixed[key]); !ok {
				t.Errorf("Config has no field %s", fixed[key])
			}
		}
	}
	for key := range fixedSiteKeys {
		if !(Key{Name: key}).PerSite() {
			t.Errorf("%s is no key of a site", key)
		}
	}
}
