"""An independent witness of logs (C2SP tlog-witness): own folder, own key, nothing of the ledger."""
