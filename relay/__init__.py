"""From a ledger position to Temporal, webhooks and notifications."""
