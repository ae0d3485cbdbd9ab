package media

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gitpost/bridge/media/raster"
)

// phonePhoto is a JPEG of 12 megapixels and about 3 MB, as phones take them, with metadata.
var phonePhoto = sync.OnceValue(func() []byte {
	img := image.NewYCbCr(image.Rect(0, 0, 4032, 3024), image.YCbCrSubsampleRatio420)
	r := rand.New(rand.NewPCG(1, 2))
	for y := range 3024 {
		for x := range 4032 {
			img.Y[y*img.YStride+x] = uint8(128 + 60*math.Sin(float64(x)/50) + 40*math.Cos(float64(y)/31) + r.Float64()*15)
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = uint8(120+i/700%20), uint8(130-i/900%20)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 89}); err != nil {
		panic(err)
	}
	with := append([]byte{0xff, markerSOI}, exifSegment(be, 6)...)
	return append(with, b.Bytes()[2:]...)
})

func benchmarkStage(b *testing.B, c Config) {
	body := phonePhoto()
	s := open(b, c)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		staged, err := s.Stage(b.Context(), "IMG_0001.JPG", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Remove(b.Context(), staged.File); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(resident(), "MB-peak-resident")
}

// BenchmarkStagePhotoCleaned is a phone's photo of which only the metadata is removed;
// BenchmarkStagePhotoResized scales it to 2048 pixels as well.
func BenchmarkStagePhotoCleaned(b *testing.B) { benchmarkStage(b, Config{MaxWidth: -1}) }
func BenchmarkStagePhotoResized(b *testing.B) { benchmarkStage(b, Config{MaxWidth: 2048}) }

// BenchmarkStageHEIC is a phone's HEIC photo of 12 megapixels and 48 tiles, converted to JPEG.
func BenchmarkStageHEIC(b *testing.B) {
	body := sample(b, filepath.Join("large", "phone.heic"))
	s := open(b, Config{})
	b.ReportAllocs()
	for b.Loop() {
		staged, err := s.Stage(b.Context(), "IMG_0001.HEIC", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		s.Remove(b.Context(), staged.File)
	}
	b.ReportMetric(resident(), "MB-peak-resident")
}

// The steps of BenchmarkStagePhotoResized, one by one.
func BenchmarkDecodeJPEG(b *testing.B) {
	body := phonePhoto()
	for b.Loop() {
		if _, err := jpeg.Decode(bytes.NewReader(body)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScale(b *testing.B) {
	img := decoded(b, phonePhoto())
	for b.Loop() {
		raster.Scale(img, 2731, 2048)
	}
}

func BenchmarkOrient(b *testing.B) {
	img := raster.Scale(decoded(b, phonePhoto()), 2731, 2048)
	for b.Loop() {
		raster.Orient(img, 6)
	}
}

func BenchmarkEncodeJPEG(b *testing.B) {
	img := raster.Scale(decoded(b, phonePhoto()), 2731, 2048)
	for b.Loop() {
		if err := raster.EncodeJPEG(io.Discard, img, jpegQuality, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStageTenPhotosAtOnce is ten of them together.
func BenchmarkStageTenPhotosAtOnce(b *testing.B) {
	body := phonePhoto()
	s := open(b, Config{})
	for b.Loop() {
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				staged, err := s.Stage(b.Context(), "IMG_0001.JPG", bytes.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				s.Remove(b.Context(), staged.File)
			})
		}
		group.Wait()
	}
	b.ReportMetric(resident(), "MB-peak-resident")
}

// BenchmarkCleanJPEG is the work without the disk.
func BenchmarkCleanJPEG(b *testing.B) {
	body := phonePhoto()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, _, err := cleanBytes(body, keepNothing); err != nil {
			b.Fatal(err)
		}
	}
}

// resident is the most memory that the process has had so far, in MB, if the system reports it.
func resident() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n := 0.0
			for _, c := range strings.Fields(rest)[0] {
				n = n*10 + float64(c-'0')
			}
			return n / 1024
		}
	}
	return 0
}
