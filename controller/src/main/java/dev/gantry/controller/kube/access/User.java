package dev.gantry.controller.kube.access;

import java.util.List;

/** Who calls, as the API's clients see it. */
public record User(String name, List<String> groups) {

    public static final String MASTERS = "system:masters";
    private static final String AUTHENTICATED = "system:authenticated";

    public static final User ANONYMOUS = new User("system:anonymous", List.of("system:unauthenticated"));

    public User {
        groups = List.copyOf(groups);
    }

    static User authenticated(String name, List<String> groups) {
        List<String> all = new java.util.ArrayList<>(groups);
        all.add(AUTHENTICATED);
        return new User(name, all);
    }

    /** A service account. */
    public static User serviceAccount(String namespace, String name) {
        return authenticated(
                "system:serviceaccount:" + namespace + ":" + name,
                List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace));
    }

    public boolean isAnonymous() {
        return name.equals(ANONYMOUS.name());
    }
}
