package dev.gantry.controller.kube.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.apply.Managers.Entry;
import dev.gantry.controller.kube.apply.Managers.Manager;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hands the books of who owns the number of replicas over from an object to its scale, and back, as upstream does.
 *
 * @param apiVersion of the object, as it is written in its books
 * @param replicas   where the object says how many it shall have, as a JSON pointer
 */
public record ScaleOwnership(String apiVersion, String replicas) {

    private static final FieldSet IN_SCALE = place("/spec/replicas");
    private static final String SCALE_VERSION = "autoscaling/v1";

    /** Who owns the number in whichever version of the object. */
    private record Who(String name, boolean applies, String subresource) {

        static Who of(Manager manager) {
            return new Who(manager.name(), manager.applies(), manager.subresource());
        }
    }

    private static FieldSet place(String pointer) {
        List<String> steps =
                Arrays.stream(pointer.substring(1).split("/")).map(Steps::field).toList();
        FieldSet place = FieldSet.LEAF;
        for (String step : steps.reversed()) {
            place = FieldSet.of(Map.of(step, place));
        }
        return place;
    }

    /** Tells the scale of an object who owns its number. */
    public void lend(ObjectNode object, ObjectNode scale) {
        Map<Manager, Entry> lent = new LinkedHashMap<>();
        Managers.of(object).entries().forEach((manager, entry) -> {
            if (owns(entry)) {
                lent.put(in(SCALE_VERSION, manager), new Entry(IN_SCALE, entry.time()));
            }
        });
        new Managers(lent).writeTo(scale);
    }

    /** Tells the object who owns the number since the scale was written. */
    public void giveBack(ObjectNode scale, ObjectNode object) {
        Map<Who, Map.Entry<Manager, Entry>> owners = new HashMap<>();
        Managers.of(scale).entries().entrySet().stream()
                .filter(owner -> !owner.getValue().fields().common(IN_SCALE).isEmpty())
                .forEach(owner -> owners.put(Who.of(owner.getKey()), owner));
        FieldSet place = place(replicas);
        Map<Manager, Entry> after = new LinkedHashMap<>();
        Managers.of(object).entries().forEach((manager, entry) -> {
            boolean keeps = !owns(entry) || owners.remove(Who.of(manager)) != null;
            FieldSet fields = keeps ? entry.fields() : entry.fields().minus(place);
            if (!fields.isEmpty()) {
                after.put(manager, new Entry(fields, entry.time()));
            }
        });
        owners.values()
                .forEach(owner -> after.put(
                        in(apiVersion, owner.getKey()),
                        new Entry(place, owner.getValue().time())));
        new Managers(after).bounded().writeTo(object);
    }

    private boolean owns(Entry entry) {
        return !entry.fields().common(place(replicas)).isEmpty();
    }

    private static Manager in(String apiVersion, Manager manager) {
        return new Manager(manager.name(), manager.applies(), apiVersion, manager.subresource());
    }
}
