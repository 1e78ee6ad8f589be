package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.AbstractList;
import java.util.List;
import java.util.function.Function;

/** A list of objects that are drawn, each time anew, when somebody looks at them: of a long list a page may be all that is read. */
final class Drawings<T> extends AbstractList<ObjectNode> {

    private final List<T> records;
    private final Function<T, ObjectNode> draw;

    Drawings(List<T> records, Function<T, ObjectNode> draw) {
        this.records = records;
        this.draw = draw;
    }

    @Override
    public ObjectNode get(int index) {
        return draw.apply(records.get(index));
    }

    @Override
    public int size() {
        return records.size();
    }
}
