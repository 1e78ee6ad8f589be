package dev.gantry.store;

import com.google.protobuf.Message;
import java.util.Collection;
import java.util.function.Function;

/**
 * Finds records of a kind by something in them. Kept incrementally by every image.
 *
 * @param name unique among the indexes of a store
 * @param values under which values a record is found; none to leave it out
 */
public record Index<T extends Message>(String name, Kind<T> kind, Function<Versioned<T>, Collection<String>> values) {

    @Override
    public boolean equals(Object other) {
        return other instanceof Index<?> index && index.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
