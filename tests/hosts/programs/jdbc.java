// host: Java, JDBC (Xerial)
// packages: default-jdk-headless libxerial-sqlite-jdbc-java
// present: command -v java && ls /usr/share/java/sqlite-jdbc.jar
// run: java -cp /usr/share/java/sqlite-jdbc.jar jdbc.java
// cannot generated_keys: `getGeneratedKeys` asks `last_insert_rowid`, which is 0: `chartmogul_last_uuid()` has the uuid.
import java.sql.*;
import org.sqlite.SQLiteConfig;

class Jdbc {
  public static void main(String[] arguments) throws SQLException {
    // <lines>
    SQLiteConfig config = new SQLiteConfig();
    config.enableLoadExtension(true);
    Connection db = DriverManager.getConnection("jdbc:sqlite::memory:", config.toProperties());
    db.createStatement().execute("SELECT load_extension('./chartmogul')");
    PreparedStatement active = db.prepareStatement("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3");
    active.setString(1, "Active");
    for (ResultSet row = active.executeQuery(); row.next();) System.out.println(row.getString("name") + " " + row.getLong("mrr"));
    PreparedStatement insert = db.prepareStatement("INSERT INTO chartmogul_data_sources (name) VALUES (?)");
    insert.setString(1, "By host");
    insert.executeUpdate();
    System.out.println(db.createStatement().executeQuery("SELECT chartmogul_last_uuid()").getString(1));
    for (ResultSet row = db.getMetaData().getTables(null, null, "chartmogul%", null); row.next();) System.out.println(row.getString("TABLE_NAME"));
    // </lines>
    ResultSet keys = insert.getGeneratedKeys();
    if (keys.next() && keys.getLong(1) == 0) System.out.println("cannot generated_keys: it is 0");
    try {
      db.createStatement().executeUpdate("INSERT INTO chartmogul_plans (name) VALUES ('p')");
    } catch (SQLException error) {
      System.out.println(error.getMessage());
    }
  }
}
