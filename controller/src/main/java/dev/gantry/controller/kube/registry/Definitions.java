package dev.gantry.controller.kube.registry;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Versioned;

/** What a custom definition must be to take objects. */
final class Definitions {

    private Definitions() {}

    /** Refuses a definition that is gone or is being deleted; guards that it stays as it is. */
    static void guard(Draft draft, ObjectName object, Custom custom) {
        Versioned<KubeObject> record =
                draft.image().get(object.definition().key()).orElseThrow(KubeRefusal::unknownPath);
        boolean isDeleted = record.revision() == custom.revision()
                ? custom.isDeleted()
                : KubeDocument.of(record).meta().isDeleted();
        if (isDeleted) {
            throw KubeRefusal.of(
                    Reason.METHOD_NOT_ALLOWED, "create not allowed while custom resource definition is terminating");
        }
        draft.writes().guard(record);
    }
}
