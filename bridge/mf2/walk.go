package mf2

import (
	"maps"
	"slices"
)

// Walk calls f for v and for every value inside it, the outer ones first and the members of a
// map in the order of their names. It stops at the first error and returns it.
func Walk(v any, f func(any) error) error {
	if err := f(v); err != nil {
		return err
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := Walk(e, f); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := Walk(v[key], f); err != nil {
				return err
			}
		}
	}
	return nil
}

// Map returns a copy of v that shares nothing with it. Every value in the copy, the inner ones
// first and v itself last, is replaced by what f returns for it.
func Map(v any, f func(any) any) any {
	switch list := v.(type) {
	case []any:
		v = mapList(list, f)
	case map[string]any:
		if list == nil {
			break
		}
		out := make(map[string]any, len(list))
		for key, e := range list {
			out[key] = Map(e, f)
		}
		v = out
	}
	return f(v)
}

func mapList(list []any, f func(any) any) []any {
	if list == nil {
		return nil
	}
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = Map(e, f)
	}
	return out
}

func same(v any) any { return v }
