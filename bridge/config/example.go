package config

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Example is a configuration file with every key that there is. Those that set names, by
// their dotted names, have its values; required ones that it does not name have an example.
// All others are commented out with an example: removing the # is enough.
func Example(set map[string]string) string {
	var b strings.Builder
	b.WriteString(`# The configuration of gitpost. A line that begins with # and a word is a key with an example:
# remove the # to use it. If the key is indented, remove the # before its group too: before site:
# for section:. Relative paths start at this file's folder. A variable of the environment overrides
# a key: GITPOST_REPO. gitpost serve --check reports what is wrong here.
`)
	open := ""  // the group whose keys are being written
	inner := "" // the group in it for any name
	for _, k := range Keys() {
		group, rest, nested := strings.Cut(k.Name, ".")
		if _, _, isKey := findKey(Keys(), group); isKey {
			group, nested = "", false
		}
		name := k.Name
		if nested {
			name = rest
		}
		value, written := set[k.Name]
		if k.Secret {
			name += "_file"
			if v, ok := set[k.Name+"_file"]; ok {
				value, written = v, true
			}
		}
		if k.Required && !written {
			value, written = plainValue(k.Example), true
		}
		if !nested || group != open {
			b.WriteByte('\n')
		}
		if nested && group != open {
			writeLine(&b, !groupWritten(group, set), group+":")
		}
		writeMeaning(&b, k, nested)
		open = ""
		if nested {
			open = group
		}
		line := name + ": " + exampleValue(k)
		if written {
			line = name + ": " + yamlValue(value)
		}
		if last, ok := strings.CutPrefix(name, "*."); ok {
			if inner != group {
				writeLine(&b, !written, "  note:")
				inner = group
			}
			line = "  " + last + ": " + exampleValue(k)
		}
		if nested {
			line = "  " + line
		}
		writeLine(&b, !written, line)
	}
	return b.String()
}

func writeLine(b *strings.Builder, asComment bool, line string) {
	if asComment {
		b.WriteByte('#')
	}
	b.WriteString(line)
	b.WriteByte('\n')
}

// groupWritten reports whether set has a key of a group.
func groupWritten(group string, set map[string]string) bool {
	for name := range set {
		if strings.HasPrefix(name, group+".") {
			return true
		}
	}
	return false
}

var manualLink = regexp.MustCompile(`\[[^\]]*\]\(([a-z]+)\.md[^)]*\)`)

// writeMeaning is a key's meaning and default in lines of a comment.
func writeMeaning(b *strings.Builder, k Key, nested bool) {
	text := strings.ToUpper(k.Meaning[:1]) + k.Meaning[1:]
	if first, rest, ok := strings.Cut(k.Meaning, " "); strings.HasPrefix(first, "`") && ok {
		text = first + " " + rest
	}
	switch {
	case k.Required:
		text += ". Required."
	case k.Default != "":
		text += ". Default: " + k.Default + "."
	default:
		text += ". Default: " + k.Without + "."
	}
	text = manualLink.ReplaceAllString(text, "gitpost help $1")
	text = strings.ReplaceAll(text, "`", "")
	prefix := "# "
	if nested {
		prefix = "  # "
	}
	line := prefix
	for word := range strings.FieldsSeq(text) {
		if line != prefix && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > 96 {
			b.WriteString(line + "\n")
			line = prefix
		}
		if line != prefix {
			line += " "
		}
		line += word
	}
	b.WriteString(line + "\n")
}

// exampleValue is a value as it would be written in the file; for a secret the name of its file.
func exampleValue(k Key) string {
	if k.Secret {
		return strings.NewReplacer(".", "_").Replace(k.Name)
	}
	return cmp.Or(k.Example, k.Default)
}

// plainValue takes an example's quotes away.
func plainValue(example string) string {
	if s, err := strconv.Unquote(example); err == nil {
		return s
	}
	return example
}

var plainYAML = regexp.MustCompile(`^[A-Za-z0-9/.~]([A-Za-z0-9/._~@:+-]*[A-Za-z0-9/._-])?$`)

// yamlValue writes a text so that YAML reads it back.
func yamlValue(s string) string {
	if plainYAML.MatchString(s) {
		return s
	}
	return fmt.Sprintf("%q", s)
}
