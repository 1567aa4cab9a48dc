// The generated client against the mock whose account is in the environment; signing.go is the block of the guide, client.gen.go is generated.
package main

import (
	"context"
	"crypto/hmac"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"time"
)

const title = "测试 A&B=1+2%41"

func expect(holds bool, what string) {
	if !holds {
		fmt.Println("FAILED:", what)
		os.Exit(1)
	}
	fmt.Println("  " + what)
}

func must[T any](value T, err error) T {
	if err != nil {
		expect(false, err.Error())
	}
	return value
}

func main() {
	ctx, mock, id, key := context.Background(), os.Args[1], os.Args[2], os.Args[3]
	client := must(NewClientWithResponses(mock, WithRequestEditorFn(signing(id, key))))

	var rooms []string
	for range 3 {
		start := time.Now().Add(time.Hour).Unix()
		form := RoomCreateForm{Title: title, StartTime: start, EndTime: start + 3600}
		created := must(client.RoomCreateWithFormdataBodyWithResponse(ctx, form)).JSON200
		expect(created != nil && created.Code == 0, "room.create answers code 0: the signature is right")
		rooms = append(rooms, created.Data.RoomId)
	}

	var listed int
	for page, limit := 1, 2; ; page++ {
		answer := must(client.RoomListWithFormdataBodyWithResponse(ctx, RoomListForm{Page: &page, Limit: &limit})).JSON200
		expect(answer != nil && answer.Code == 0, fmt.Sprintf("page %d of room.list", page))
		if len(answer.Data.List) == 0 {
			break
		}
		for _, row := range answer.Data.List {
			expect(row.Title == title, "has a room with its title, whatever it is made of")
			listed++
		}
	}
	expect(listed == len(rooms), "all pages together have every room once")

	upload := VideoGetUploadUrlForm{FileName: "第一课.mp4", Definition: []int{16, 2}}
	address := must(client.VideoGetUploadUrlWithFormdataBodyWithResponse(ctx, upload)).JSON200
	expect(address != nil && address.Code == 0 && address.Data.UploadUrl != "", "an address to upload to")
	received := must(io.ReadAll(must(http.Get(mock + "/_mock/requests")).Body))
	expect(strings.Contains(string(received), `"definition":"16,2"`), "a list arrives joined by commas")

	byGet := must(client.RoomListPushPlatformsByGetWithResponse(ctx, &RoomListPushPlatformsByGetParams{RoomId: 1})).JSON200
	expect(byGet != nil && byGet.Code == 3001, "a GET is signed in its query")

	// It has partner_id among its own parameters, and needs no signature.
	told := must(client.PartnerGetKeyWithFormdataBodyWithResponse(ctx, PartnerGetKeyForm{PartnerId: id, SecretKey: "a secret"})).JSON200
	expect(told != nil && told.Code == 0 && told.Data.PartnerKey == key, "the key is told, with one partner_id")

	callback := make(chan string, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		posted, _ := url.ParseQuery(string(body))
		fields := map[string]string{}
		for name := range posted {
			if name != "sign" {
				fields[name] = posted.Get(name)
			}
		}
		if hmac.Equal([]byte(sign(fields, key)), []byte(posted.Get("sign"))) {
			callback <- fields["op"]
		} else {
			callback <- "a wrong signature"
		}
		_, _ = io.WriteString(w, `{"code":0,"msg":""}`)
	}))
	defer receiver.Close()
	set := must(client.LiveAccountSetClassCallbackUrlWithFormdataBodyWithResponse(ctx, LiveAccountSetClassCallbackUrlForm{Url: receiver.URL})).JSON200
	expect(set != nil && set.Code == 0, "the address of callbacks is set")
	must(http.Post(mock+"/_mock/callbacks", "application/json", strings.NewReader(`{"name": "class_event", "fields": {"op": "start"}}`)))
	expect(<-callback == "start", "a callback has the signature that `sign` computes")

	stranger := must(NewClientWithResponses(mock, WithRequestEditorFn(signing(id, "another key"))))
	refused := must(stranger.RoomListWithFormdataBodyWithResponse(ctx, RoomListForm{})).JSON200
	expect(refused != nil && refused.Code == 1002 && refused.Data == nil, "with another key: code 1002, and no data")
}
