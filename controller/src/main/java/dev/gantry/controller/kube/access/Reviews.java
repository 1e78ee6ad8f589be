package dev.gantry.controller.kube.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Answers what somebody asks about access: who am I, may I, and what may I. */
public final class Reviews {

    private final Roles roles;

    public Reviews(Roles roles) {
        this.roles = roles;
    }

    /** @param kind of the question, for example {@code SelfSubjectAccessReview} */
    public ObjectNode answer(String kind, ObjectNode question, User user) {
        ObjectNode answer = question.deepCopy();
        answer.withObject("/metadata").putNull("creationTimestamp");
        ObjectNode status = answer.putObject("status");
        switch (kind) {
            case "SelfSubjectReview" -> describe(user, status.putObject("userInfo"));
            case "SelfSubjectRulesReview" ->
                rules(user, question.at("/spec/namespace").asText(), status);
            case "SelfSubjectAccessReview" -> access(user, question.path("spec"), status);
            case "SubjectAccessReview", "LocalSubjectAccessReview" ->
                access(asked(question.path("spec")), question.path("spec"), status);
            default -> throw new IllegalArgumentException("no question about access: " + kind);
        }
        return answer;
    }

    private void access(User user, JsonNode spec, ObjectNode status) {
        JsonNode resource = spec.path("resourceAttributes");
        Deed deed = resource.isObject()
                ? new Deed(
                        resource.path("verb").asText(),
                        resource.path("group").asText(),
                        resource.path("resource").asText(),
                        resource.path("subresource").asText(),
                        resource.path("namespace").asText(),
                        resource.path("name").asText(),
                        "")
                : Deed.at(
                        spec.at("/nonResourceAttributes/verb").asText(),
                        spec.at("/nonResourceAttributes/path").asText());
        status.put("allowed", roles.allow(user, deed));
    }

    private void rules(User user, String namespace, ObjectNode status) {
        ArrayNode resources = status.putArray("resourceRules");
        ArrayNode paths = status.putArray("nonResourceRules");
        if (user.groups().contains(User.MASTERS)) {
            ObjectNode all = resources.addObject();
            all.putArray("verbs").add("*");
            all.putArray("apiGroups").add("*");
            all.putArray("resources").add("*");
            ObjectNode every = paths.addObject();
            every.putArray("verbs").add("*");
            every.putArray("nonResourceURLs").add("*");
        }
        for (JsonNode rule : roles.rules(user, namespace)) {
            (rule.has("nonResourceURLs") ? paths : resources).add(rule.deepCopy());
        }
        status.put("incomplete", false);
    }

    private static User asked(JsonNode spec) {
        List<String> groups = new ArrayList<>();
        spec.path("groups").forEach(group -> groups.add(group.asText()));
        return new User(spec.path("user").asText(), groups);
    }

    /** Who somebody is, as the answers to reviews say it. */
    public static void describe(User user, ObjectNode to) {
        to.put("username", user.name());
        ArrayNode groups = to.putArray("groups");
        user.groups().forEach(groups::add);
    }
}
