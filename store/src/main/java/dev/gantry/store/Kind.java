package dev.gantry.store;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import org.jspecify.annotations.Nullable;

/**
 * One kind of record. Two kinds are equal when their names are.
 *
 * @param name the first part of every key, lower case with dashes, for example {@code ecs-service}
 */
public record Kind<T extends Message>(String name, Parser<T> parser, Sharing<T> sharing) {

    /** Lets records that are equal in parts have these parts once in memory. */
    @FunctionalInterface
    public interface Sharing<T> {

        /**
         * What is kept in place of a record that was just read: one that is equal to it.
         *
         * @param before the record under the same key until now
         */
        T shared(@Nullable T before, T read);
    }

    /** Whose records share nothing. */
    public Kind(String name, Parser<T> parser) {
        this(name, parser, (_, read) -> read);
    }

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
