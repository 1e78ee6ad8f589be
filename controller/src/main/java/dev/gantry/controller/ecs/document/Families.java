package dev.gantry.controller.ecs.document;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsFamily;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.EcsTaskDefinition.Status;
import dev.gantry.store.Key;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.Optional;

/**
 * Definitions by family and revision: those of tasks, or those of managed daemons, which have names of their own.
 *
 * @param latest remembers the newest revision of each family: none is ever given twice
 */
public record Families(Kind<EcsFamily> latest, Kind<EcsTaskDefinition> definitions) {

    /** The name of a revision has so many digits, so that names are in the order of revisions. */
    private static final String ZEROS = "00000000";

    public static final Families OF_TASKS = new Families(Kinds.ECS_FAMILY, Kinds.ECS_TASK_DEFINITION);
    public static final Families OF_DAEMONS = new Families(Kinds.ECS_DAEMON_FAMILY, Kinds.ECS_DAEMON_TASK_DEFINITION);

    public Key<EcsTaskDefinition> key(String family, int revision) {
        String digits = Integer.toString(revision);
        return definitions.key(
                family, digits.length() < ZEROS.length() ? ZEROS.substring(digits.length()) + digits : digits);
    }

    /** The newest active revision. */
    public Optional<Versioned<EcsTaskDefinition>> newest(Snapshot snapshot, String family) {
        return snapshot.get(latest.key("", family)).flatMap(record -> newest(snapshot, record));
    }

    /** The newest active revision of a family as it was found. */
    public Optional<Versioned<EcsTaskDefinition>> newest(Snapshot snapshot, Versioned<EcsFamily> family) {
        for (int revision = family.value().getLatestRevision(); revision > 0; revision--) {
            Optional<Versioned<EcsTaskDefinition>> found =
                    snapshot.get(key(family.key().name(), revision));
            if (found.isPresent() && found.get().value().getStatus() == Status.ACTIVE) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Adds a definition as the next revision of its family. */
    public EcsTaskDefinition add(Snapshot snapshot, EcsTaskDefinition definition, Transaction.Builder write) {
        Key<EcsFamily> familyKey = latest.key("", definition.getFamily());
        Optional<Versioned<EcsFamily>> family = snapshot.get(familyKey);
        int revision = family.map(known -> known.value().getLatestRevision()).orElse(0) + 1;
        EcsFamily next = family.map(known -> known.value().toBuilder())
                .orElseGet(EcsFamily::newBuilder)
                .setLatestRevision(revision)
                .build();
        EcsTaskDefinition registered =
                definition.toBuilder().setRevision(revision).build();
        write.create(key(definition.getFamily(), revision), registered);
        if (family.isPresent()) {
            write.update(family.get(), next);
        } else {
            write.create(familyKey, next);
        }
        return registered;
    }
}
