;; The frame of a plugin in component text. The tests put a core module called $m, what it is instantiated with, the component's imports and
;; its export in place of the lines that say so.
(component
  (type $types' (instance
    (type $user' (record
      (field "id" s64) (field "username" string) (field "alias" string) (field "email" string) (field "phone" string)
      (field "is-active" bool) (field "dept-ids" (list s64)) (field "role-ids" (list s64))))
    (export "user" (type $user (eq $user')))
    (type $field-type' (enum "str" "int" "float" "boolean" "date" "datetime" "radio" "checkbox" "select" "multi-select" "text"
      "username" "multi-username" "file"))
    (export "field-type" (type $field-type (eq $field-type')))
    (type $field-value' (record (field "key" string) (field "kind" $field-type) (field "value" string)))
    (export "field-value" (type $field-value (eq $field-value')))
    (type $ticket' (record
      (field "id" s64) (field "sn" string) (field "title" string) (field "workflow-id" s64) (field "state-id" s64)
      (field "state-name" string) (field "creator" string) (field "parent-ticket-id" (option s64))
      (field "parent-ticket-state-id" (option s64)) (field "workflow-name" string) (field "state-label" string)
      (field "created-ms" s64) (field "modified-ms" s64) (field "participant-type-id" s32) (field "participant" string)
      (field "relation" (list string)) (field "in-add-node" bool) (field "add-node-man" string) (field "is-end" bool)
      (field "is-rejected" bool) (field "multi-all-person" string) (field "fields" (list $field-value))))
    (export "ticket" (type $ticket (eq $ticket')))
    (type $flow-entry' (record
      (field "at-ms" s64) (field "actor" string) (field "state-id" s64) (field "transition-id" (option s64))
      (field "intervene-type-id" s32) (field "suggestion" string)))
    (export "flow-entry" (type $flow-entry (eq $flow-entry')))
    (type $context' (record
      (field "invocation-id" string) (field "attempt" u32) (field "budget-ms" u32) (field "now-ms" s64) (field "tz-offset-min" s16)
      (field "ticket" $ticket) (field "transition-id" (option s64)) (field "actor" (option $user)) (field "suggestion" (option string))
      (field "run-by" string) (field "last-flow" (option $flow-entry)) (field "args" string)))
    (export "context" (type $context (eq $context')))
    (type $error-kind' (enum "retryable" "permanent" "invalid-input" "denied" "exhausted" "not-found"))
    (export "error-kind" (type $error-kind (eq $error-kind')))
    (type $error' (record (field "kind" $error-kind) (field "message" string) (field "detail" (option string))))
    (export "error" (type $error (eq $error')))
  ))
  (import "gavia:plugin/types@0.1.0" (instance $types (type $types')))
  (alias export $types "context" (type $context))
  (alias export $types "error" (type $error))
  ;; the imports go here
  ;; the module goes here
  (core instance $i (instantiate $m
    ;; the arguments go here
  ))
  ;; the export goes here
)
