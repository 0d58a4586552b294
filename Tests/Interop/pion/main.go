// Pion's TURN client through a TURN server: allocates, talks to an echo by Send indications and then by a channel, closes.
//
//	pion -transport udp|tcp|tls -server HOST:PORT -user NAME -password WORD -realm REALM -peer HOST:PORT [-source HOST] [-count 100]
//
// Prints one JSON object: the relayed and the mapped address and how many echoes came back. Ends with 1 on any error.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v2"
)

var (
	transport = flag.String("transport", "udp", "udp, tcp or tls")
	server    = flag.String("server", "", "the TURN server")
	user      = flag.String("user", "", "user name")
	password  = flag.String("password", "", "password")
	realm     = flag.String("realm", "parley", "realm")
	peer      = flag.String("peer", "", "an address that echoes UDP")
	source    = flag.String("source", "0.0.0.0", "the address to ask from")
	count     = flag.Int("count", 100, "how many datagrams to send")
)

type report struct {
	Relayed string `json:"relayed"`
	Mapped  string `json:"mapped"`
	Sent    int    `json:"sent"`
	Echoes  int    `json:"echoes"`
}

func main() {
	flag.Parse()
	result, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pion:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
}

// dial opens what Pion sends its messages through; streams are cut into messages by Pion itself.
func dial() (net.PacketConn, error) {
	if *transport == "udp" {
		return net.ListenPacket("udp", net.JoinHostPort(*source, "0"))
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(*source)}, Timeout: 5 * time.Second}
	plain, err := dialer.Dial("tcp", *server)
	if err != nil {
		return nil, err
	}
	if *transport == "tls" {
		plain = tls.Client(plain, &tls.Config{InsecureSkipVerify: true}) // the test's own certificate
	}
	return turn.NewSTUNConn(plain), nil
}

func run() (report, error) {
	var result report
	line, err := dial()
	if err != nil {
		return result, err
	}
	defer line.Close()
	client, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: *server, TURNServerAddr: *server, Conn: line,
		Username: *user, Password: *password, Realm: *realm, LoggerFactory: logging.NewDefaultLoggerFactory(),
	})
	if err != nil {
		return result, err
	}
	defer client.Close()
	if err = client.Listen(); err != nil {
		return result, err
	}
	mapped, err := client.SendBindingRequest()
	if err != nil {
		return result, fmt.Errorf("binding: %w", err)
	}
	result.Mapped = mapped.String()
	relay, err := client.Allocate()
	if err != nil {
		return result, fmt.Errorf("allocate: %w", err)
	}
	result.Relayed = relay.LocalAddr().String()
	echo, err := net.ResolveUDPAddr("udp", *peer)
	if err != nil {
		return result, err
	}
	if err = client.CreatePermission(echo); err != nil {
		return result, fmt.Errorf("permission: %w", err)
	}
	for result.Sent < *count {
		if err = exchange(relay, echo, result.Sent); err != nil {
			return result, fmt.Errorf("datagram %d: %w", result.Sent, err)
		}
		result.Sent++
		result.Echoes++
	}
	return result, relay.Close()
}

// exchange sends a datagram and waits for its echo. The first go as Send indications while Pion binds a channel.
// At least eight bytes: out of a stream Pion cuts no frame of fewer than nine.
func exchange(relay net.PacketConn, echo net.Addr, number int) error {
	sent := bytes.Repeat([]byte{byte(number)}, 8+number*11%1200)
	if _, err := relay.WriteTo(sent, echo); err != nil {
		return err
	}
	if err := relay.SetReadDeadline(time.Now().Add(3 * time.Second)); err != nil {
		return err
	}
	room := make([]byte, 2000)
	size, from, err := relay.ReadFrom(room)
	if err != nil {
		return err
	}
	if from.String() != echo.String() || !bytes.Equal(room[:size], sent) {
		return fmt.Errorf("%d bytes from %v are not the echo of %d", size, from, len(sent))
	}
	return nil
}
