package dev.gantry.cli.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.apply.Difference;
import dev.gantry.cli.apply.Manifest;
import dev.gantry.cli.apply.ObjectDifferences;
import java.util.List;

/** What is to be done about one object of the Kubernetes API. */
public sealed interface Step {

    /** As kubectl prints it: {@code deployment.apps/web}. */
    String label();

    /**
     * The object is declared.
     *
     * @param body    as it is sent
     * @param live    what there is; missing where nothing is
     * @param planned what the server says will become of it; missing where it cannot tell yet, because the object's
     *                namespace or kind is only about to be made
     */
    record Apply(String label, Manifest manifest, ObjectNode body, JsonNode live, JsonNode planned) implements Step {

        public boolean isNew() {
            return live.isMissingNode();
        }

        /** Of an object that is there. */
        public List<Difference> differences() {
            return isNew() || planned.isMissingNode() ? List.of() : ObjectDifferences.between(live, planned);
        }

        /** As printed before it is done. */
        public String verb() {
            return isNew() ? "created" : differences().isEmpty() ? "unchanged" : "configured";
        }
    }

    /** The object is no longer declared. */
    record Delete(String label, String path) implements Step {}
}
