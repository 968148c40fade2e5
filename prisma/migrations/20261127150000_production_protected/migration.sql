-- A production environment is never deleted directly: those that were created without protection get it.
UPDATE environments SET deletion_protected = true WHERE type = 'production';
