//! The calls of `/api/v2/plugins`, each answer and each refusal.
