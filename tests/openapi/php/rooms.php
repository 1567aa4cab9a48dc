<?php
// php rooms.php FOLDER MOCK PARTNER_ID PARTNER_KEY: the generated client creates a room on the mock, and finds it again.
// In the folder are the client (php/) and the middleware of the guide (signing.php).

[, $folder, $mock, $partnerId, $partnerKey] = $argv;
require getenv('GUZZLE_AUTOLOAD') ?: '/usr/share/php/GuzzleHttp/autoload.php';
require "$folder/signing.php";
$generated = "$folder/php";
spl_autoload_register(fn ($class) => @include $generated . '/lib/' . strtr(substr($class, strlen('Baijiayun\\')), '\\', '/') . '.php');
// A warning is a failure too: the client must run as it was generated.
set_error_handler(fn ($level, $message, $file, $line) => error_reporting() & $level
    ? throw new ErrorException($message, 0, $level, $file, $line) : false);

function expect(bool $holds, string $what): void
{
    $holds ? print("  $what\n") : exit("FAILED: $what\n");
}

function client(string $api, string $partnerId, string $partnerKey): object
{
    global $mock;
    $handlers = GuzzleHttp\HandlerStack::create();
    $handlers->push(signing($partnerId, $partnerKey));
    $config = (new Baijiayun\Configuration())->setHost($mock);
    return new $api(new GuzzleHttp\Client(['handler' => $handlers]), $config);
}

$files = 0;
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator("$generated/lib")) as $file) {
    if ($file->getExtension() === 'php') {
        require_once $file->getPathname();
        $files++;
    }
}
expect($files > 500, "$files generated files are PHP");

$rooms = client(Baijiayun\Api\RoomApi::class, $partnerId, $partnerKey);
$created = $rooms->roomCreate(title: '测试 A&B=1+2%41', start_time: time() + 600, end_time: time() + 7200, type: 2);
expect($created->getCode() === 0, 'room.create answers code 0: the signature is right');
$id = $created->getData()->getRoomId();
expect(ctype_digit((string) $id), "the room has the id $id");

$listed = $rooms->roomList(page: 1, limit: 10)->getData();
expect((string) $listed->getList()[0]->getRoomId() === (string) $id, 'room.list has it');
expect($listed->getList()[0]->getTitle() === '测试 A&B=1+2%41', 'with its title, whatever it is made of');

$docs = client(Baijiayun\Api\DocApi::class, $partnerId, $partnerKey);
$docs->docBindToRooms(fid: 1, room_ids: [(int) $id, (int) $id + 1]);
$received = json_decode(file_get_contents("$mock/_mock/requests"), true);
$last = $received[count($received) - 1];
expect($last['params']['room_ids'] === "$id," . ((int) $id + 1), 'a list arrives joined by commas');
expect($last['code'] !== 1002, 'and signed');

// It has partner_id among its own parameters, and needs no signature.
$key = client(Baijiayun\Api\PartnerApi::class, $partnerId, $partnerKey)->partnerGetKey(secret_key: 'a secret', partner_id: $partnerId);
expect($key->getData()->getPartnerKey() === $partnerKey, 'the key is told, with one partner_id');

$refused = client(Baijiayun\Api\RoomApi::class, $partnerId, 'another key')->roomList();
expect($refused->getCode() === 1002 && $refused->getData() === null, 'with another key: code 1002, and no data');
