// Pion as a WHIP publisher: sends a made-up picture and silence, restarts ICE by PATCH, goes on sending, and ends by DELETE.
//
//	pion-whip -url http://HOST:PORT/whip/ROOM [-restart] [-seconds 3]
//
// Prints one JSON object: the status of each request, and whether the connection stood after each step. Ends with 1 on any error.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/ioutil"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/pion/webrtc/v3"
	"github.com/pion/webrtc/v3/pkg/media"
)

var (
	address = flag.String("url", "", "the WHIP endpoint")
	restart = flag.Bool("restart", false, "restart ICE by PATCH")
	seconds = flag.Int("seconds", 3, "how long to send after the last step")
)

type report struct {
	Post, Patch, Delete  int
	Connected, Restarted bool
}

func main() {
	flag.Parse()
	result, err := run()
	json.NewEncoder(os.Stdout).Encode(result)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() (result report, err error) {
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return
	}
	defer pc.Close()
	states := make(chan webrtc.ICEConnectionState, 32)
	pc.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) { states <- state })
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "picture", "stage")
	if err != nil {
		return
	}
	if _, err = pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		return
	}
	offer, err := gathered(pc, nil)
	if err != nil {
		return
	}
	answer, response, err := ask("POST", *address, "application/sdp", offer, "")
	if err != nil {
		return
	}
	result.Post = response.StatusCode
	if result.Post != 201 {
		return result, fmt.Errorf("POST: %s", answer)
	}
	where, err := response.Request.URL.Parse(response.Header.Get("Location"))
	if err != nil {
		return
	}
	if err = pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return
	}
	stop := make(chan struct{})
	defer close(stop)
	go send(track, stop)
	if result.Connected = connected(states); !result.Connected {
		return result, fmt.Errorf("no connection")
	}
	if *restart {
		if err = again(pc, &result, where, answer, states); err != nil {
			return
		}
	}
	time.Sleep(time.Duration(*seconds) * time.Second)
	_, response, err = ask("DELETE", where.String(), "", "", "")
	if err == nil {
		result.Delete = response.StatusCode
	}
	return
}

// A fragment of the new offer goes up, one of the new answer comes down and is put in the place of the old credentials.
func again(pc *webrtc.PeerConnection, result *report, where *url.URL, answer string, states chan webrtc.ICEConnectionState) error {
	offer, err := gathered(pc, &webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		return err
	}
	fragment, response, err := ask("PATCH", where.String(), "application/trickle-ice-sdpfrag", fragmentOf(offer), "*")
	if err != nil {
		return err
	}
	result.Patch = response.StatusCode
	if result.Patch != 200 {
		return fmt.Errorf("PATCH: %s", fragment)
	}
	for _, name := range []string{"a=ice-ufrag:", "a=ice-pwd:"} {
		old, new := lineOf(answer, name), lineOf(fragment, name)
		if old == new {
			return fmt.Errorf("%s is what it was", name)
		}
		answer = strings.ReplaceAll(answer, old, new)
	}
	for len(states) > 0 {
		<-states
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return err
	}
	if result.Restarted = connected(states); !result.Restarted {
		return fmt.Errorf("no connection after the restart")
	}
	return nil
}

func gathered(pc *webrtc.PeerConnection, options *webrtc.OfferOptions) (string, error) {
	offer, err := pc.CreateOffer(options)
	if err != nil {
		return "", err
	}
	complete := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		return "", err
	}
	<-complete
	return pc.LocalDescription().SDP, nil
}

func fragmentOf(offer string) string {
	var lines []string
	for _, line := range strings.Split(offer, "\r\n") {
		for _, name := range []string{"m=", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:"} {
			if strings.HasPrefix(line, name) {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

func lineOf(text, name string) string {
	for _, line := range strings.Split(text, "\r\n") {
		if strings.HasPrefix(line, name) {
			return line
		}
	}
	return ""
}

func connected(states chan webrtc.ICEConnectionState) bool {
	deadline := time.After(15 * time.Second)
	for {
		select {
		case state := <-states:
			if state == webrtc.ICEConnectionStateConnected {
				return true
			}
		case <-deadline:
			return false
		}
	}
}

// Key frames of VP8 (RFC 6386 §9.1) that say they are 320 by 240; nobody has to decode them.
func send(track *webrtc.TrackLocalStaticSample, stop chan struct{}) {
	frame := append([]byte{0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00}, make([]byte, 500)...)
	for {
		select {
		case <-stop:
			return
		case <-time.After(40 * time.Millisecond):
			track.WriteSample(media.Sample{Data: frame, Duration: 40 * time.Millisecond})
		}
	}
}

func ask(method, address, kind, body, match string) (string, *http.Response, error) {
	request, err := http.NewRequest(method, address, bytes.NewBufferString(body))
	if err != nil {
		return "", nil, err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if match != "" {
		request.Header.Set("If-Match", match)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	text, err := ioutil.ReadAll(response.Body)
	return string(text), response, err
}
