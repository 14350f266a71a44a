// host: Go, mattn/go-sqlite3
// packages: golang-go golang-github-mattn-go-sqlite3-dev
// present: command -v go && ls /usr/share/gocode/src/github.com/mattn/go-sqlite3
// run: GOPATH=/usr/share/gocode GO111MODULE=off GOCACHE="$BUILD/hosts/go" go run golang.go
// cannot insert_id: `LastInsertId` is `last_insert_rowid`, which is 0: `chartmogul_last_uuid()` has the uuid.
// note: `database/sql` opens connections as it needs them, and the driver loads the extension into each; what is said of a connection
//    (`chartmogul_config`, `chartmogul_last_uuid`) wants `db.SetMaxOpenConns(1)` or `db.Conn`.
package main

import (
	"database/sql"
	"fmt"
	"log"

	"github.com/mattn/go-sqlite3"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	// <lines>
	sql.Register("chartmogul", &sqlite3.SQLiteDriver{Extensions: []string{"./chartmogul"}})
	db, err := sql.Open("chartmogul", ":memory:")
	check(err)
	db.SetMaxOpenConns(1)
	rows, err := db.Query("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3", "Active")
	check(err)
	for rows.Next() {
		var name string
		var mrr int64
		check(rows.Scan(&name, &mrr))
		fmt.Println(name, mrr)
	}
	check(rows.Err())
	made, err := db.Exec("INSERT INTO chartmogul_data_sources (name) VALUES (?)", "By host")
	check(err)
	var uuid, tables string
	check(db.QueryRow("SELECT chartmogul_last_uuid()").Scan(&uuid))
	check(db.QueryRow("SELECT group_concat(name, ' ') FROM pragma_table_list WHERE type = 'virtual'").Scan(&tables))
	fmt.Println(uuid, tables)
	// </lines>
	if id, err := made.LastInsertId(); id == 0 && err == nil {
		fmt.Println("cannot insert_id: it is 0")
	}
	_, err = db.Exec("INSERT INTO chartmogul_plans (name) VALUES ('p')")
	fmt.Println(err)
}
