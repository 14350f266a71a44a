;; host: Emacs, `sql-mode`
;; packages: emacs-nox sqlite3
;; present: command -v emacs && command -v sqlite3
;; run: emacs -Q --batch -l emacs.el
;; note: These lines go into `init.el`; `M-x sql-sqlite` opens the session; `C-c C-c` in a buffer of SQL sends a paragraph, `C-c C-l a` lists the tables.
;; <lines>
(require 'sql)
(setq sql-sqlite-program "sqlite3"
      sql-sqlite-options '("-interactive" "-cmd" ".load ./chartmogul")
      sql-sqlite-login-params nil
      sql-database ":memory:")
;; </lines>
(sql-sqlite "chartmogul")
(defun show (statement)
  "Send STATEMENT, wait for the prompt, print what came."
  (sql-redirect sql-buffer statement "*shown*")
  (princ (with-current-buffer "*shown*" (buffer-string))))
(mapc #'show '(".parameter set ?1 Active"
               "SELECT name, mrr FROM chartmogul_customers WHERE status = ?1 ORDER BY name LIMIT 3;"
               "INSERT INTO chartmogul_data_sources (name) VALUES ('By host');"
               "SELECT chartmogul_last_uuid();"
               "INSERT INTO chartmogul_plans (name) VALUES ('p');"))
(with-current-buffer sql-buffer (sql-list-all))
(princ (with-current-buffer "*List All*" (buffer-string)))
(set-process-query-on-exit-flag (get-buffer-process sql-buffer) nil)
