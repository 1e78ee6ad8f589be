package dev.gantry.store;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;

/**
 * One kind of record. Two kinds are equal when their names are.
 *
 * @param name the first part of every key, lower case with dashes, for example {@code ecs-service}
 */
public record Kind<T extends Message>(String name, Parser<T> parser) {

    public Kind {
        if (!name.matches("[a-z][a-z0-9.-]*")) {
            throw new IllegalArgumentException("a kind is lower case letters, digits, dots and dashes, was " + name);
        }
    }

    public Key<T> key(String scope, String name) {
        return new Key<>(this, scope, name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Kind<?> kind && kind.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
