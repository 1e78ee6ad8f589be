package dev.gantry.controller.kube.access;

/**
 * What somebody wants to do.
 *
 * @param verb        as in roles, for example {@code list}
 * @param subresource may be empty
 * @param namespace   empty for all of them, and for what has none
 * @param name        may be empty
 * @param path        of a request that is about no resource; empty otherwise
 */
public record Deed(
        String verb, String group, String resource, String subresource, String namespace, String name, String path) {

    public static Deed at(String verb, String path) {
        return new Deed(verb, "", "", "", "", "", path);
    }

    String resourceInRules() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }

    /** In the words of a refusal. */
    public String refusal(User user) {
        if (!path.isEmpty()) {
            return "User \"" + user.name() + "\" cannot " + verb + " path \"" + path + "\"";
        }
        String where = namespace.isEmpty() ? " at the cluster scope" : " in the namespace \"" + namespace + "\"";
        return "User \"" + user.name() + "\" cannot " + verb + " resource \"" + resourceInRules() + "\" in API group \""
                + group + "\"" + where;
    }
}
