package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.nfs.NfsRules;

/** Checks what a pod or a volume says of a directory that a server shares by NFS. */
record ShareValidation(Findings findings) {

    void check(JsonNode share, String at) {
        String server = share.path("server").asText();
        if (server.isEmpty()) {
            findings.required(at + ".server", "");
        } else {
            NfsRules.serverProblem(server).ifPresent(problem -> findings.invalid(at + ".server", server, problem));
        }
        String path = share.path("path").asText();
        if (path.isEmpty()) {
            findings.required(at + ".path", "");
        } else {
            NfsRules.pathProblem(path).ifPresent(problem -> findings.invalid(at + ".path", path, problem));
        }
    }
}
