<?php
// host: PHP, PDO
// packages: php-cli php-sqlite3
// present: php -r 'exit(in_array("sqlite", PDO::getAvailableDrivers()) ? 0 : 1);'
// run: LD_PRELOAD="$LD_PRELOAD ./chartmogul-preload.so" php php_pdo.php
// cannot load: PDO's connections load no extension before PHP 8.4; `LD_PRELOAD=./chartmogul-preload.so php …` brings it into each
//    (`make preload`).
// <lines>
$db = new PDO('sqlite::memory:', options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$active = $db->prepare('SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3');
$active->execute(['Active']);
foreach ($active as $row) {
    echo $row['name'], ' ', $row['mrr'], "\n";
}
$db->exec("INSERT INTO chartmogul_data_sources (name) VALUES ('By host')");
echo $db->query('SELECT chartmogul_last_uuid()')->fetchColumn(), "\n";
echo implode(' ', $db->query("SELECT name FROM pragma_table_list WHERE type = 'virtual'")->fetchAll(PDO::FETCH_COLUMN)), "\n";
// </lines>
try {
    $db->exec("INSERT INTO chartmogul_plans (name) VALUES ('p')");
} catch (PDOException $error) {
    echo $error->getMessage(), "\n";
}
try {
    $db->query("SELECT load_extension('./chartmogul')");
} catch (PDOException $error) {
    echo 'cannot load: ', $error->getMessage(), "\n";
}
