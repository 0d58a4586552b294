// Records an offer of Pion (Debian's golang-github-pion-webrtc.v3-dev): GO111MODULE=off GOPATH=/usr/share/gocode go run record_pion.go
package main

import (
	"os"

	"github.com/pion/webrtc"
)

func main() {
	connection, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		panic(err)
	}
	track, _ := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "stream")
	connection.AddTrack(track)
	connection.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	connection.CreateDataChannel("data", nil)
	offer, err := connection.CreateOffer(nil)
	if err != nil {
		panic(err)
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	connection.SetLocalDescription(offer)
	<-gathered
	os.WriteFile("pion-3.sdp", []byte(connection.LocalDescription().SDP), 0o644)
}
