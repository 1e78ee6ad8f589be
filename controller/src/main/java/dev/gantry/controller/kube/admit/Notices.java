package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.ingressclass.IngressClasses;
import dev.gantry.controller.kube.type.ResourceType;
import java.util.ArrayList;
import java.util.List;

/** What somebody should know whose object is stored, but does not do all that it says. */
public final class Notices {

    private static final String RULES = "x-kubernetes-validations";

    private Notices() {}

    /** For the client, one a header. */
    public static List<String> of(ResourceType type, ObjectNode object) {
        List<String> notices = new ArrayList<>();
        if (type.name().equals(ResourceName.DEFINITIONS)) {
            JsonNode versions = object.at("/spec/versions");
            for (int i = 0; i < versions.size(); i++) {
                if (versions.get(i).at("/schema").findValues(RULES).stream().anyMatch(JsonNode::isArray)) {
                    notices.add("spec.versions[" + i + "].schema: " + RULES
                            + " (CEL) are kept and published, but not evaluated: objects that break them are"
                            + " not refused");
                }
            }
        }
        if (type.name().equals(IngressClasses.INGRESSES)
                && Meta.of(object).annotations().containsKey(IngressClasses.OLD_NAME)) {
            notices.add("annotation \"" + IngressClasses.OLD_NAME
                    + "\" is deprecated, please use 'spec.ingressClassName' instead");
        }
        return notices;
    }
}
