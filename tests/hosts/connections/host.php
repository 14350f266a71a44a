<?php
// The extension in PHP (class SQLite3). with_sandbox.sh runs it and set sqlite3.extension_dir.
//   host.php NAME   (of the library in that folder)
[, $name] = $argv;

function connect_to(string $name): SQLite3
{
    $db = new SQLite3(':memory:');
    $db->enableExceptions(true);
    $db->loadExtension($name);
    return $db;
}

function check(string $what, bool $is_right): void
{
    if (!$is_right) {
        fwrite(STDERR, "$what\n");
        exit(1);
    }
}

function value_of(SQLite3 $db, string $sql, string ...$parameters): mixed
{
    $statement = $db->prepare($sql);
    foreach ($parameters as $i => $parameter) {
        $statement->bindValue($i + 1, $parameter);
    }
    $row = $statement->execute()->fetchArray(SQLITE3_NUM);
    return $row ? $row[0] : null;
}

$db = connect_to($name);
$uuid = value_of($db, 'SELECT uuid FROM chartmogul_customers WHERE status = ?', 'Active');
check('a filter finds a row', is_string($uuid));

value_of($db, 'UPDATE chartmogul_customers SET company = ? WHERE uuid = ?', 'PHP', $uuid);
check('an update is read back', value_of($db, 'SELECT company FROM chartmogul_customers WHERE uuid = ?', $uuid) === 'PHP');
check('it was sent once', value_of($db, "SELECT count(*) FROM chartmogul_requests WHERE method = 'PATCH'") === 1);

try {
    $db->exec('UPDATE chartmogul_customers SET mrr = 1');
    check('an error is an error', false);
} catch (Exception $error) {
    check('an error has its text: ' . $error->getMessage(), str_contains($error->getMessage(), 'mrr'));
}

$other = connect_to($name);
check('a second connection reads', value_of($other, 'SELECT count(*) FROM chartmogul_customers') === 25);
$other->close();
$half = $db->query('SELECT uuid FROM chartmogul_customers');
$half->fetchArray();
echo PHP_VERSION, ', SQLite ', SQLite3::version()['versionString'], "\n";
