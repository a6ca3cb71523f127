/*
 * jdbc
 *		Packages: libpostgresql-jdbc-java
 */
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class jdbc
{
	interface Action
	{
		Object run() throws Exception;
	}

	static Connection connection;

	static void saw(String step, Object... values)
	{
		System.out.println(step + ": " + Arrays.deepToString(values));
	}

	static String errorOf(SQLException error)
	{
		SQLException cause = error;

		while (!(cause instanceof PSQLException) && cause.getNextException() != null)
			cause = cause.getNextException();
		String told = error.getClass().getSimpleName() + " " + error.getSQLState();
		if (cause instanceof PSQLException)
		{
			ServerErrorMessage message = ((PSQLException) cause).getServerErrorMessage();

			if (message == null)
				return told + " " + cause.getMessage();
			told += " " + message.getTable() + " " + message.getConstraint();
			if (error.getSQLState().equals("0A000"))
				told += " " + message.getMessage();
			if (error.getSQLState().equals("23505"))
				told += " " + message.getDetail();
		}
		return told;
	}

	/* A step that may be an error: either is what it saw. */
	static void tried(String step, Action action) throws Exception
	{
		try
		{
			saw(step, action.run());
		}
		catch (BatchUpdateException error)
		{
			saw(step, errorOf(error), Arrays.toString(error.getUpdateCounts()));
		}
		catch (SQLException error)
		{
			saw(step, errorOf(error));
		}
	}

	static Connection connect(String... settings) throws SQLException
	{
		Properties properties = new Properties();

		properties.setProperty("user", System.getenv("PGUSER"));
		properties.setProperty("password", System.getenv("PGPASSWORD"));
		for (int i = 0; i < settings.length; i += 2)
			properties.setProperty(settings[i], settings[i + 1]);
		return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:"
			+ System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE"), properties);
	}

	static PreparedStatement prepare(String sql, Object... parameters) throws SQLException
	{
		PreparedStatement statement = connection.prepareStatement(sql);

		for (int i = 0; i < parameters.length; i++)
			statement.setObject(i + 1, parameters[i]);
		return statement;
	}

	static int change(String sql, Object... parameters) throws SQLException
	{
		try (PreparedStatement statement = prepare(sql, parameters))
		{
			return statement.executeUpdate();
		}
	}

	static List<String> rows(ResultSet result) throws SQLException
	{
		List<String> rows = new ArrayList<>();
		int count = result.getMetaData().getColumnCount();

		while (result.next())
		{
			List<String> row = new ArrayList<>();

			for (int i = 1; i <= count; i++)
			{
				Object value = result.getObject(i);

				row.add(value instanceof byte[] ? Arrays.toString((byte[]) value)
					: String.valueOf(value));
			}
			rows.add(String.join("|", row));
		}
		result.close();
		return rows;
	}

	static List<String> query(String sql, Object... parameters) throws SQLException
	{
		try (PreparedStatement statement = prepare(sql, parameters))
		{
			return rows(statement.executeQuery());
		}
	}

	static void createAndRead() throws Exception
	{
		Array tags = connection.createArrayOf("text", new String[] { "x", "y" });

		saw("create", query("INSERT INTO item VALUES (?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?)"
			+ " RETURNING *", "a", 1L, new BigDecimal("1.10"), tags, "{\"k\": [1, null]}",
			OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6000, ZoneOffset.UTC), true,
			new byte[] { 0, -1 }, new UUID(0, 7)));
		try (PreparedStatement insert = connection.prepareStatement(
			"INSERT INTO item (id) VALUES ('b')", new String[] { "id", "n" }))
		{
			saw("create", insert.executeUpdate(), rows(insert.getGeneratedKeys()));
		}
		saw("read", query("SELECT * FROM item WHERE id = ?", "a"));
		saw("read", query("SELECT id FROM item WHERE id = ANY (?) ORDER BY id DESC",
			connection.createArrayOf("text", new String[] { "a", "b", "none" })));
		saw("read", query("SELECT count(*), sum(n) FROM item"));
	}

	static void updateAndIncrement() throws Exception
	{
		saw("update", change("UPDATE item SET price = ?, ok = NULL WHERE id = ?",
			new BigDecimal("2.5"), "a"), change("UPDATE item SET ok = true WHERE n < ?", 9));

		/* the server prepares it after five times */
		for (int i = 0; i < 8; i++)
			change("UPDATE item SET n = n + ? WHERE id = ?", 1, "a");
		saw("increment", query("UPDATE item SET n = dyn_increment(n, ?) WHERE id = ?"
			+ " RETURNING n", 2, "a"));
		for (String id : new String[] { "a", "new" })
			saw("upsert", query("INSERT INTO item AS i (id, n) VALUES (?, ?) ON CONFLICT (id)"
				+ " DO UPDATE SET id = excluded.id, n = i.n + excluded.n RETURNING id, n",
				id, 10));
	}

	static void errors() throws Exception
	{
		tried("duplicate key", () -> change("INSERT INTO item (id) VALUES ('a')"));
		tried("check", () -> change("UPDATE item SET n = -1 WHERE id = 'a'"));
		tried("not null", () -> change("INSERT INTO item (id) VALUES (NULL)"));
	}

	static int[] batch(String item, int... numbers) throws SQLException
	{
		try (PreparedStatement insert = connection.prepareStatement(
			"INSERT INTO entry VALUES (?, ?, ?)"))
		{
			for (int no : numbers)
			{
				insert.setString(1, item);
				insert.setInt(2, no);
				insert.setString(3, "line " + no);
				insert.addBatch();
			}
			return insert.executeBatch();
		}
	}

	static void batches() throws Exception
	{
		saw("batch", batch("a", 1, 2, 3, 4, 5, 6));
		try (Connection rewriting = connect("reWriteBatchedInserts", "true"))
		{
			Connection before = connection;

			connection = rewriting;
			saw("batch", batch("r", 1, 2, 3, 4, 5, 6));
			connection = before;
		}
		tried("error in batch", () -> batch("b", 1, 2, 3).length);
		tried("error in batch", () -> batch("b", 4, 5, 3, 6).length);
		saw("rows of batch", query("SELECT count(*) FROM entry WHERE item_id = 'b'"));

		StringWriter out = new StringWriter();
		saw("copy", connection.unwrap(PGConnection.class).getCopyAPI().copyIn(
			"COPY entry FROM STDIN", new StringReader("c\t1\tx\nc\t2\t\\N\n")));
		connection.unwrap(PGConnection.class).getCopyAPI().copyOut(
			"COPY (SELECT * FROM entry WHERE item_id = 'c' ORDER BY no) TO STDOUT", out);
		saw("copy", out);
	}

	static void transactions() throws Exception
	{
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement())
		{
			statement.setFetchSize(2);
			saw("cursor", rows(statement.executeQuery(
				"SELECT no FROM entry WHERE item_id = 'a' ORDER BY no DESC")));
		}
		Savepoint savepoint = connection.setSavepoint();
		tried("savepoint", () -> change("INSERT INTO item (id) VALUES ('a')"));
		connection.rollback(savepoint);
		saw("savepoint", query("SELECT count(*) FROM item WHERE id = 'a'"));
		tried("row lock", () -> query("SELECT n FROM item WHERE id = 'a' FOR UPDATE"));
		connection.rollback();
		tried("skip locked", () -> query("SELECT n FROM item WHERE id = 'a' FOR UPDATE SKIP LOCKED"));
		connection.rollback();
		change("UPDATE item SET n = 100 WHERE id = 'b'");
		connection.rollback();
		connection.setAutoCommit(true);
		saw("rollback", query("SELECT n FROM item WHERE id = 'b'"));
	}

	interface Work<T>
	{
		T run() throws Exception;
	}

	/* as the README has it */
	static <T> T inTransaction(Connection connection, Work<T> work) throws Exception
	{
		for (int left = 10;;)
		{
			try
			{
				T result = work.run();
				connection.commit();
				return result;
			}
			catch (SQLException error)
			{
				connection.rollback();
				if (!"40001".equals(error.getSQLState()) || --left == 0)
					throw error;
			}
			Thread.sleep((long) (Math.random() * 100));
		}
	}

	/* What fails for another reason is not run again. */
	static void retries() throws Exception
	{
		int[] runs = { 0 };

		try (Connection other = connect())
		{
			other.setAutoCommit(false);
			saw("retried", inTransaction(other, () -> {
				try (Statement statement = other.createStatement())
				{
					runs[0]++;
					List<String> read = rows(statement.executeQuery(
						"UPDATE item SET n = n + 1 WHERE id = 'first' RETURNING n"));

					statement.addBatch("INSERT INTO entry VALUES ('retried', " + read.get(0)
						+ ", 'x')");
					statement.addBatch("UPDATE item SET ok = true WHERE id = 'first'");
					statement.executeBatch();
					return read;
				}
			}));
			tried("not retried", () -> inTransaction(other, () -> {
				runs[0]++;
				try (Statement statement = other.createStatement())
				{
					return statement.executeUpdate("INSERT INTO item (id) VALUES ('a')");
				}
			}));
			saw("not retried", runs[0]);
		}
	}

	static void otherModes() throws Exception
	{
		Connection before = connection;

		for (String mode : new String[] { "simple", "extendedForPrepared", "extendedCacheEverything" })
			try (Connection other = connect("preferQueryMode", mode, "prepareThreshold", "1"))
			{
				connection = other;
				change("UPDATE item SET n = n + ? WHERE id = ?", 1L, "new");
				saw("mode " + mode, query("SELECT n, at FROM item WHERE id = ?", "new"));
			}
		try (Connection other = connect("autosave", "always"))
		{
			connection = other;
			other.setAutoCommit(false);
			tried("autosave", () -> change("INSERT INTO item (id) VALUES ('a')"));
			saw("autosave", change("UPDATE item SET ok = false WHERE id = 'a'"));
			other.commit();
		}
		connection = before;
		tried("updatable", () -> {
			ResultSet result = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE,
				ResultSet.CONCUR_UPDATABLE).executeQuery("SELECT * FROM item WHERE id = 'new'");

			result.next();
			result.updateInt("n", 1);
			result.updateRow();
			return result.getInt("n");
		});
	}

	static void introspection() throws Exception
	{
		DatabaseMetaData metaData = connection.getMetaData();
		ResultSet columns = metaData.getColumns(null, "public", "item", null);

		while (columns.next())
			saw("introspection", columns.getString("COLUMN_NAME"), columns.getInt("DATA_TYPE"),
				columns.getString("TYPE_NAME"), columns.getString("IS_NULLABLE"),
				columns.getString("COLUMN_DEF"));
		try (PreparedStatement select = prepare("SELECT * FROM item WHERE n = ?"))
		{
			ResultSetMetaData described = select.getMetaData();

			saw("introspection", described.getColumnCount(), described.getColumnName(2),
				select.getParameterMetaData().getParameterTypeName(1));
		}
		ResultSet keys = metaData.getPrimaryKeys(null, "public", "item");
		saw("primary key", keys.next() ? keys.getString("COLUMN_NAME") : "none");
		ResultSet tables = metaData.getTables(null, "public", "item", null);
		saw("table type", tables.next() ? tables.getString("TABLE_TYPE") : "none");
	}

	public static void main(String[] arguments) throws Exception
	{
		connection = connect();
		/* the first statement of the session: nothing has loaded the library */
		saw("first upsert", change("INSERT INTO item (id, n) VALUES ('first', 1)"
			+ " ON CONFLICT (id) DO UPDATE SET n = excluded.n"));
		createAndRead();
		updateAndIncrement();
		errors();
		batches();
		transactions();
		retries();
		otherModes();
		saw("delete", change("DELETE FROM entry WHERE item_id = 'a' AND no > 3"),
			query("DELETE FROM item WHERE id = 'b' RETURNING id"));
		introspection();
	}
}
