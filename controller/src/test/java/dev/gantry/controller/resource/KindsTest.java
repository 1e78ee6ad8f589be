package dev.gantry.controller.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.store.Index;
import dev.gantry.store.Kind;
import java.lang.reflect.Field;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A store keeps only what it is told of, so nothing may be left out of the lists. */
class KindsTest {

    @Test
    void everyIndexIsKept() {
        assertThat(constants(Index.class)).containsExactlyInAnyOrderElementsOf(List.copyOf(Kinds.INDEXES));
    }

    @Test
    void everyKindIsKept() {
        assertThat(constants(Kind.class)).containsExactlyInAnyOrderElementsOf(List.copyOf(Kinds.ALL));
    }

    private static List<Object> constants(Class<?> type) {
        return Stream.of(Kinds.class.getFields())
                .filter(field -> field.getType().equals(type))
                .map(KindsTest::value)
                .toList();
    }

    private static Object value(Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
