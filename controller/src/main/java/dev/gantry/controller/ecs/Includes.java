package dev.gantry.controller.ecs;

import dev.gantry.controller.ecs.document.Refusals;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads the {@code include} member of the describing operations. */
final class Includes {

    private Includes() {}

    static <E extends Enum<E>> Set<E> of(Class<E> type, List<String> names) {
        Set<E> include = EnumSet.noneOf(type);
        for (String name : names) {
            try {
                include.add(Enum.valueOf(type, name));
            } catch (IllegalArgumentException e) {
                throw Refusals.invalid("Invalid value for include: '" + name + "'.");
            }
        }
        return include;
    }

    /** For operations that know only TAGS. */
    static boolean tags(List<String> names) {
        return !of(Tags.class, names).isEmpty();
    }

    private enum Tags {
        TAGS
    }
}
