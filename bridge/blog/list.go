package blog

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

// ListAnswer is the answer to a query for a list: under name the part of it that filter, order,
// before, after, offset and limit ask for, and under paging the cursors of the next and previous
// parts. The filter matches its text anywhere in the texts of an entry, in any case.
func ListAnswer[T any](name string, list []T, q micropub.Query, texts func(T) []string) (map[string]any, error) {
	wanted := strings.ToLower(q.Filter)
	hits := make([]T, 0, len(list))
	for _, e := range list {
		if wanted == "" || slices.ContainsFunc(texts(e),
			func(s string) bool { return strings.Contains(strings.ToLower(s), wanted) }) {
			hits = append(hits, e)
		}
	}
	if q.Order == "desc" {
		slices.Reverse(hits)
	}
	start, end := 0, len(hits)
	if c := q.Before + q.After; c != "" { // micropub refuses both
		before, after, err := position(c, len(hits), func(i int) []string { return texts(hits[i]) })
		if err != nil {
			return nil, err
		}
		if q.After != "" {
			start = after
		} else if end = before; q.Limit > 0 {
			start = max(0, end-q.Limit)
		}
	}
	start = min(start+q.Offset, end)
	if q.Limit > 0 {
		end = min(end, start+q.Limit)
	}
	answer := map[string]any{name: hits[start:end]}
	if start == end || q.Limit == 0 && q.Before+q.After == "" { // the whole list has no pages
		return answer, nil
	}
	paging := map[string]string{"before": cursorOf(start, texts(hits[start]))}
	if end < len(hits) {
		paging["after"] = cursorOf(end-1, texts(hits[end-1]))
	}
	answer["paging"] = paging
	return answer, nil
}

// cursorOf is the cursor of an entry: where it stood in its list, and a sum of what it says, by
// which it is found when others came or went before it.
func cursorOf(i int, texts []string) string {
	return base64.RawURLEncoding.EncodeToString(binary.AppendUvarint(sumOf(texts), uint64(i)))
}

const sumLength = 8

func sumOf(texts []string) []byte {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return sum[:sumLength]
}

// position is where the entry of a cursor stands among n now, as the end of what is before it
// and the start of what is after it. One that is gone has its place still.
func position(cursor string, n int, texts func(int) []string) (before, after int, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) <= sumLength {
		return 0, 0, errCursor
	}
	was, read := binary.Uvarint(raw[sumLength:])
	if read != len(raw)-sumLength || was > math.MaxInt32 {
		return 0, 0, errCursor
	}
	for i := range n {
		at := (int(was) + i) % n // where it was, nearly always
		if string(sumOf(texts(at))) == string(raw[:sumLength]) {
			return at, at + 1, nil
		}
	}
	at := min(int(was), n)
	return at, at, nil
}

var errCursor = &fault.Error{
	Code: fault.InvalidRequest, Op: "query",
	Message: "not a valid cursor: before and after take what paging returned",
	Hint:    "leave it out to start at the beginning of the list",
}
