package frontmatter

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// fitting returns a canonical value as the document's format can hold it at path.
func (d *Document) fitting(v any, path []string) (any, error) {
	format := d.format
	if format == None {
		format = d.style.Format
		if d.dialect.YAMLOnly {
			format = YAML
		}
	}
	switch format {
	case TOML:
		return eachScalar(v, fitTOML)
	case JSON:
		return eachScalar(v, fitJSON)
	case Org:
		return fitOrg(v, path)
	}
	return v, nil
}

// eachScalar replaces the scalars of a canonical value.
func eachScalar(v any, replace func(any) (any, error)) (any, error) {
	var err error
	switch v := v.(type) {
	case []any:
		for i := range v {
			if v[i], err = eachScalar(v[i], replace); err != nil {
				return nil, err
			}
		}
		return v, nil
	case Map:
		for i := range v {
			if v[i].Value, err = eachScalar(v[i].Value, replace); err != nil {
				return nil, err
			}
		}
		return v, nil
	}
	return replace(v)
}

// fitTOML converts times to TOML's notation and rejects null.
func fitTOML(v any) (any, error) {
	if v == nil {
		return nil, errors.New("TOML has no null; delete the key instead")
	}
	t, ok := v.(Timestamp)
	if !ok {
		return v, nil
	}
	c, ok := readClock(string(t))
	if !ok || len(c.date) != len("2006-01-02") {
		return nil, fmt.Errorf("%q is not a TOML date", string(t))
	}
	if c.time == "" {
		return t, nil
	}
	if strings.Count(c.time, ":") == 1 {
		c.time += ":00"
	}
	if c.sep != "T" && c.sep != " " {
		c.sep = "T"
	}
	if bare := bareOffset(c.offset); bare != "" && c.offset != "Z" {
		c.offset = bare[:3] + ":" + bare[3:]
	}
	return Timestamp(c.date + c.sep + c.time + c.offset), nil
}

// fitJSON converts times to text and rejects numbers that JSON does not have.
func fitJSON(v any) (any, error) {
	switch v := v.(type) {
	case Timestamp:
		return string(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("JSON has no infinite numbers")
		}
	}
	return v, nil
}
