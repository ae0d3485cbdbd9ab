package frontmatter

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

var errNull = errors.New("TOML has no null; delete the key instead")

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
		return fitTOML(v)
	case JSON:
		return fitJSON(v)
	case Org:
		return fitOrg(v, path)
	}
	return v, nil
}

func fitTOML(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, errNull
	case []any:
		for i := range v {
			item, err := fitTOML(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = item
		}
	case Map:
		for i := range v {
			value, err := fitTOML(v[i].Value)
			if err != nil {
				return nil, err
			}
			v[i].Value = value
		}
	case Timestamp:
		c, ok := readClock(string(v))
		if !ok || len(c.date) != len("2006-01-02") {
			return nil, fmt.Errorf("%q is not a TOML date", string(v))
		}
		if c.time == "" {
			return v, nil
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
	return v, nil
}

// fitJSON converts times to text and rejects numbers that JSON does not have.
func fitJSON(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case Timestamp:
		return string(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("JSON has no infinite numbers")
		}
	case []any:
		for i := range v {
			if v[i], err = fitJSON(v[i]); err != nil {
				return nil, err
			}
		}
	case Map:
		for i := range v {
			if v[i].Value, err = fitJSON(v[i].Value); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
