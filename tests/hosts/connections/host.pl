# The extension in Perl (DBD::SQLite). with_sandbox.sh runs it.
#   host.pl LIBRARY
use strict;
use warnings;
use DBI;

my ($library) = @ARGV;

sub connect_to {
  my $dbh = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', { RaiseError => 1, PrintError => 0 });
  $dbh->sqlite_enable_load_extension(1);
  $dbh->sqlite_load_extension($library);
  return $dbh;
}

sub check { my ($what, $is_right) = @_; die "$what\n" unless $is_right; }

my $dbh = connect_to();
my ($uuid) = $dbh->selectrow_array('SELECT uuid FROM chartmogul_customers WHERE status = ?', undef, 'Active');
check('a filter finds a row', $uuid);

my $company = 'SELECT company FROM chartmogul_customers WHERE uuid = ?';
my $update = 'UPDATE chartmogul_customers SET company = ? WHERE uuid = ?';
check('an update changes one row', $dbh->do($update, undef, 'Perl', $uuid) == 1);
check('and is read back', $dbh->selectrow_array($company, undef, $uuid) eq 'Perl');
$dbh->begin_work;
$dbh->do($update, undef, 'None', $uuid);
$dbh->rollback;
check('a rollback sends nothing', $dbh->selectrow_array($company, undef, $uuid) eq 'Perl');
$dbh->begin_work;
$dbh->do($update, undef, 'DBI', $uuid);
$dbh->commit;
check('a commit does', $dbh->selectrow_array($company, undef, $uuid) eq 'DBI');

eval { $dbh->do('UPDATE chartmogul_customers SET mrr = 1') };
check("an error has its text: $@", $@ =~ /mrr/);

my $other = connect_to();
check('a second connection reads', $other->selectrow_array('SELECT count(*) FROM chartmogul_customers') == 25);
$other->disconnect;
my $half = $dbh->prepare('SELECT uuid FROM chartmogul_customers');
$half->execute;
$half->fetchrow_array;
printf "%vd, DBD::SQLite %s, SQLite %s\n", $^V, $DBD::SQLite::VERSION, $dbh->{sqlite_version};
