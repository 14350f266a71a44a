<?php
// host: PHP, class `SQLite3`
// packages: php-cli php-sqlite3
// present: php -r 'exit(class_exists("SQLite3") ? 0 : 1);'
// run: php -d sqlite3.extension_dir="$PWD" php.php
// also: php -d sqlite3.extension_dir="$PWD" "$HOSTS/connections/host.php" chartmogul.so
// sent: GET /customers?status=Active&per_page=200
// sent: GET /customers?status=Active&per_page=200
// sent: POST /data_sources {"name":"By host"}
// sent: POST /data_sources {"name":"Second"}
// sent: POST /data_sources {"name":"Second"}
// sent: GET /plans?per_page=200
// cannot fetch: `execute` and `query` run the first step, `fetchArray` begins again. So a SELECT is sent twice (after
//    `SELECT chartmogul_config('cache_ttl', 60)` once), and `fetchArray` behind an INSERT inserts once more: do not call it there, or
//    write with `exec`.
// cannot path: `loadExtension` takes files of the folder alone that `sqlite3.extension_dir` of `php.ini` names.
// note: `php.ini` says `sqlite3.extension_dir = /full/path/of/the/folder`, or the command line does:
//    `php -d sqlite3.extension_dir="$PWD" php.php`.
// <lines>
$db = new SQLite3(':memory:');
$db->enableExceptions(true);
$db->loadExtension('chartmogul.so');
$active = $db->prepare('SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3');
$active->bindValue(1, 'Active');
$rows = $active->execute();
while ($row = $rows->fetchArray(SQLITE3_NUM)) {
    echo implode(' ', $row), "\n";
}
$db->exec("INSERT INTO chartmogul_data_sources (name) VALUES ('By host')");
echo $db->querySingle('SELECT chartmogul_last_uuid()'), "\n";
echo $db->querySingle("SELECT group_concat(name, ' ') FROM pragma_table_list WHERE type = 'virtual'"), "\n";
// </lines>
try {
    $db->exec("INSERT INTO chartmogul_plans (name) VALUES ('p')");
} catch (Exception $error) {
    echo $error->getMessage(), "\n";
}
$insert = $db->prepare('INSERT INTO chartmogul_data_sources (name) VALUES (?)');
$insert->bindValue(1, 'Second');
try {
    $insert->execute()->fetchArray();
} catch (Exception $error) {
    echo 'cannot fetch: ', $error->getMessage(), "\n";
}
$db->querySingle("SELECT chartmogul_config('cache_ttl', 60)");
$db->query('SELECT name FROM chartmogul_plans')->fetchArray();
try {
    $db->loadExtension(PHP_BINARY); // a file that is there
} catch (Exception $error) {
    echo 'cannot path: ', $error->getMessage(), "\n";
}
