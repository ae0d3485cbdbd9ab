package main

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"gitpost/bridge/config"
	"gitpost/gitstore"
)

// chooseAuthor finds out whose name the commits get: that of the person who made the newest commits.
func (s *setup) chooseAuthor(ctx context.Context, tip *gitstore.Snapshot) error {
	author, err := newestAuthor(ctx, tip)
	if err != nil || author == "" {
		return err
	}
	if s.person != nil {
		author, err = s.person.ask(ctx, "Author of gitpost's commits", author, func(answer string) error {
			_, _, err := splitAuthor(answer)
			return err
		})
		if err != nil {
			return err
		}
	}
	s.set["author.name"], s.set["author.email"], err = splitAuthor(author)
	return err
}

// recentCommits is how many commits are looked at for one that a person made.
const recentCommits = 100

// newestAuthor is the author of the newest commit that was neither gitpost's nor another program's, as
// name <address>; "" if there is none.
func newestAuthor(ctx context.Context, tip *gitstore.Snapshot) (author string, err error) {
	looked := 0
	err = tip.Log(ctx, func(c gitstore.LogEntry) bool {
		looked++
		if _, _, err := splitAuthor(c.Author); err == nil && !madeByProgram(c) {
			author = c.Author
		}
		return author == "" && looked < recentCommits
	})
	return author, err
}

var programs = regexp.MustCompile(`(?i)\[bot\]|^gitpost <|gitpost@|\b(actions|noreply|bot|ci)@|` +
	`@localhost>|@users\.noreply\.localhost`)

func madeByProgram(c gitstore.LogEntry) bool {
	return programs.MatchString(c.Author) || strings.Contains(c.Message, "\nGitpost-Action:")
}

// splitAuthor takes name <address> apart, and checks both.
func splitAuthor(author string) (name, email string, err error) {
	name, rest, ok := strings.Cut(author, "<")
	name, email = strings.TrimSpace(name), strings.TrimSuffix(strings.TrimSpace(rest), ">")
	if !ok || name == "" {
		return "", "", errors.New("write it as Ann Example <ann@example.org>")
	}
	if err := config.CheckKey("author.name", name, "/"); err != nil {
		return "", "", err
	}
	return name, email, config.CheckKey("author.email", email, "/")
}
