package dev.gantry.store;

import com.google.protobuf.Message;

/**
 * Names one record.
 *
 * @param scope the namespace or cluster it lives in, may be empty, may contain slashes
 * @param name unique within kind and scope, never empty, no slash
 */
public record Key<T extends Message>(Kind<T> kind, String scope, String name) {

    public Key {
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("a record's name is not empty and has no slash, was '" + name + "'");
        }
    }

    /** {@code kind/scope/name}: unique, and the order of keys within a backend. */
    public String path() {
        return kind.name() + "/" + scope + "/" + name;
    }

    @Override
    public String toString() {
        return path();
    }
}
