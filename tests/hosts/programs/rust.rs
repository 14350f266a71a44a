// host: Rust, rusqlite
// packages: cargo librust-rusqlite-dev
// present: ls /usr/bin/cargo /usr/share/cargo/registry/rusqlite-*
// run: mkdir src .cargo && cp rust.rs src/main.rs && cp "$HOSTS/rust/Cargo.toml" . && cp "$HOSTS/rust/config.toml" .cargo/ &&
//    CARGO_HOME="$BUILD/hosts/cargo" CARGO_TARGET_DIR="$BUILD/hosts/cargo/target" RUSTC=/usr/bin/rustc /usr/bin/cargo run --quiet --offline
// cannot insert_id: `last_insert_rowid` is 0: `chartmogul_last_uuid()` has the uuid.
// note: In Cargo.toml: `rusqlite = { version = "0.28", features = ["load_extension"] }`.
use rusqlite::{Connection, Result};

fn main() -> Result<()> {
    // <lines>
    let db = Connection::open_in_memory()?;
    unsafe {
        db.load_extension_enable()?;
        db.load_extension("./chartmogul", None)?;
    }
    let mut active = db.prepare("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3")?;
    let mut rows = active.query(["Active"])?;
    while let Some(row) = rows.next()? {
        println!("{} {}", row.get::<_, String>("name")?, row.get::<_, i64>("mrr")?);
    }
    db.execute("INSERT INTO chartmogul_data_sources (name) VALUES (?)", ["By host"])?;
    let first = |sql| db.query_row(sql, [], |row| row.get::<_, String>(0));
    println!("{}", first("SELECT chartmogul_last_uuid()")?);
    println!("{}", first("SELECT group_concat(name, ' ') FROM pragma_table_list WHERE type = 'virtual'")?);
    // </lines>
    if db.last_insert_rowid() == 0 {
        println!("cannot insert_id: it is 0");
    }
    if let Err(error) = db.execute("INSERT INTO chartmogul_plans (name) VALUES ('p')", []) {
        println!("{error}");
    }
    Ok(())
}
