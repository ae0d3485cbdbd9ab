// Package objects keeps staged uploads in a bucket of an S3-compatible store.
//
// A file is stored under its name below a prefix, on condition that the name is free, and with its
// SHA-256, which the store compares with what arrives. When Put returns nil, the store has the file.
// Files are streamed. While the store is out of reach, methods return a fault.Error with the code
// fault.Unavailable.
//
// A Bucket is safe for concurrent use, and several gitposts can use one bucket. It removes only
// objects with names that gitpost gives.
package objects

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/media"
)

// Config says where a bucket is and who may use it.
type Config struct {
	Address   string // s3://bucket or s3://bucket/prefix
	Endpoint  string // URL of the store; "": Amazon's
	Region    string // "": the store's own, or that of AWS_REGION
	AccessKey string // "": what AWS_ACCESS_KEY_ID, ~/.aws/credentials or the machine's role say
	SecretKey string
	Ours      func(name string) bool // the names that Sweep may remove
}

const (
	amazon       = "https://s3.amazonaws.com"
	tries        = 3
	stall        = 30 * time.Second // that a connection moves nothing
	retryAfter   = 10 * time.Second
	sumHeader    = "x-amz-checksum-sha256"
	sumMetadata  = "Gitpost-Sha256"
	probeTimeout = 20 * time.Second
)

// Bucket is a place of staged uploads; it implements media.Staging.
type Bucket struct {
	client *minio.Client
	name   string
	prefix string // "" or ending in a slash
	ours   func(name string) bool
}

// Configured opens the bucket that a configuration names.
func Configured(ctx context.Context, c config.Server) (*Bucket, error) {
	return Open(ctx, Config{
		Address: c.Uploads, Endpoint: c.S3Endpoint, Region: c.S3Region,
		AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey, Ours: media.IsStagedName,
	})
}

// Open prepares the use of a bucket and checks that its objects can be listed.
func Open(ctx context.Context, c Config) (*Bucket, error) {
	b, err := prepare(c)
	if err != nil {
		return nil, fmt.Errorf("open the uploads at %s: %w", c.Address, err)
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := b.probe(ctx); err != nil {
		return nil, fmt.Errorf("open the uploads at %s: %w", c.Address, explain(err))
	}
	return b, nil
}

func prepare(c Config) (*Bucket, error) {
	place, err := url.Parse(c.Address)
	if err != nil || place.Scheme != "s3" || place.Host == "" {
		return nil, errors.New("not an address of a bucket; write s3://bucket/prefix")
	}
	endpoint := c.Endpoint
	if endpoint == "" {
		endpoint = amazon
	}
	at, err := url.Parse(endpoint)
	if err != nil || at.Host == "" || strings.Trim(at.Path, "/") != "" {
		return nil, errors.New("s3.endpoint is not the address of a store; write https://host without a path")
	}
	keys := credentials.NewStaticV4(c.AccessKey, c.SecretKey, "")
	if c.AccessKey == "" {
		keys = credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{},
			&credentials.IAM{Client: &http.Client{Timeout: probeTimeout}},
		})
	}
	region := c.Region
	if region == "" {
		region = os.Getenv("AWS_REGION")
	}
	client, err := minio.New(at.Host, &minio.Options{
		Creds: keys, Secure: at.Scheme == "https", Region: region, Transport: transport(), MaxRetries: tries,
		TrailingHeaders: true, // which checksums need
	})
	if err != nil {
		return nil, err
	}
	prefix := strings.Trim(place.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &Bucket{client: client, name: place.Host, prefix: prefix, ours: c.Ours}, nil
}

// transport breaks off what has stalled, so that no request waits for ever.
func transport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return moving{conn}, nil
		},
		MaxIdleConnsPerHost: 16, IdleConnTimeout: stall, ResponseHeaderTimeout: stall, TLSHandshakeTimeout: stall,
		DisableCompression: true, // what is read must be what was stored
	}
}

// moving is a connection that ends when a read or write takes too long.
type moving struct{ net.Conn }

func (c moving) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(2 * stall)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c moving) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(stall)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// probe lists one object.
func (b *Bucket) probe(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, MaxKeys: 1}) {
		return o.Err
	}
	return nil
}

// Check stores, reads and removes an object.
func (b *Bucket) Check(ctx context.Context) error {
	f, err := os.CreateTemp("", "gitpost-doctor-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.WriteString("a test of gitpost doctor"); err != nil {
		return err
	}
	name := path.Base(f.Name())
	if err := b.Put(ctx, name, f); err != nil {
		return err
	}
	stored, err := b.Open(ctx, name)
	if err == nil {
		_, err = io.Copy(io.Discard, stored)
		err = errors.Join(err, stored.Close())
	}
	return errors.Join(err, b.Remove(ctx, name))
}

// Put stores a file, unless the name is taken by another one.
func (b *Bucket) Put(ctx context.Context, name string, f *os.File) error {
	sum := sha256.New()
	size, err := io.Copy(sum, io.NewSectionReader(f, 0, 1<<62))
	if err != nil {
		return err
	}
	digest := sum.Sum(nil)
	options := minio.PutObjectOptions{
		ContentType:      mime.TypeByExtension(path.Ext(name)),
		DisableMultipart: true, // one request, one condition, one checksum
		UserMetadata: map[string]string{
			sumHeader: base64.StdEncoding.EncodeToString(digest), sumMetadata: hex.EncodeToString(digest),
		},
	}
	options.SetMatchETagExcept("*") // only if there is none
	_, err = b.client.PutObject(ctx, b.name, b.prefix+name, io.NewSectionReader(f, 0, size), size, options)
	if minio.ToErrorResponse(err).Code == minio.PreconditionFailed && b.has(ctx, name, size, digest) {
		return nil // an earlier try of this one arrived, but not its answer
	}
	return explain(err)
}

// has reports whether a file is stored as it should be.
func (b *Bucket) has(ctx context.Context, name string, size int64, digest []byte) bool {
	o, err := b.client.StatObject(ctx, b.name, b.prefix+name, minio.StatObjectOptions{})
	return err == nil && o.Size == size && o.UserMetadata[sumMetadata] == hex.EncodeToString(digest)
}

// Open opens a stored file. What is read from its beginning to its end is compared with its SHA-256.
func (b *Bucket) Open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	o, err := b.client.GetObject(ctx, b.name, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, explain(err)
	}
	at, err := o.Stat()
	if err != nil {
		o.Close()
		return nil, explain(err)
	}
	want, _ := hex.DecodeString(at.UserMetadata[sumMetadata])
	return &file{Object: o, sum: sha256.New(), want: want, size: at.Size}, nil
}

// Remove deletes a stored file.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	err := explain(b.client.RemoveObject(ctx, b.name, b.prefix+name, minio.RemoveObjectOptions{}))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Sweep removes the files of gitpost that were stored before a time.
func (b *Bucket) Sweep(ctx context.Context, before time.Time) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the list
	var errs []error
	for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix}) {
		if o.Err != nil {
			return errors.Join(append(errs, explain(o.Err))...)
		}
		if name := strings.TrimPrefix(o.Key, b.prefix); b.ours(name) && o.LastModified.Before(before) {
			errs = append(errs, b.Remove(ctx, name))
		}
	}
	return errors.Join(errs...)
}

// explain adds a remedy, and tells a store that is out of reach from one that refuses.
func explain(err error) error {
	if err == nil || err == io.EOF || errors.Is(err, context.Canceled) {
		return err
	}
	answer := minio.ToErrorResponse(err)
	unavailable := &fault.Error{
		Code: fault.Unavailable, Message: "the store of uploads is out of reach", Hint: "try again in a few seconds",
		RetryAfter: retryAfter, Err: err,
	}
	switch answer.Code {
	case minio.NoSuchKey:
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	case minio.NoSuchBucket:
		return fmt.Errorf("%w; create the bucket, or correct its name in uploads", err)
	case minio.AccessDenied:
		return fmt.Errorf("%w; let the key list, get, put and delete objects of the bucket", err)
	case minio.SignatureDoesNotMatch, minio.InvalidAccessKeyID, "Unauthorized",
		"XAdminUserNotFound": // versitygw
		return fmt.Errorf("%w; correct s3.access_key and s3.secret_key", err)
	case minio.AuthorizationHeaderMalformed, "InvalidRegion":
		return fmt.Errorf("%w; correct s3.region", err)
	case minio.PreconditionFailed:
		return fmt.Errorf("%w: %w", fs.ErrExist, err)
	}
	var failed net.Error
	if answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests || errors.As(err, &failed) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable
	}
	return err
}
