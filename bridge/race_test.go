//go:build race

package bridge_test

func init() { racing = true }
