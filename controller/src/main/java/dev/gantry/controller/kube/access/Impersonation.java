package dev.gantry.controller.kube.access;

import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Acting as somebody else, for who may. See the documentation of Kubernetes, "User impersonation". */
public final class Impersonation {

    private static final String ACCOUNT = "system:serviceaccount:";
    private static final int ACCOUNT_PARTS = 4;

    private Impersonation() {}

    /**
     * Who the request acts as: the caller, unless its headers name another.
     *
     * @param name   in the header {@code Impersonate-User}
     * @param groups in the headers {@code Impersonate-Group}
     * @param roles  of the cluster that the request goes to
     */
    public static User actor(Optional<String> name, List<String> groups, User caller, Roles roles) {
        if (name.isEmpty()) {
            if (!groups.isEmpty()) {
                throw KubeRefusal.badRequest("requested groups without impersonating a user: add Impersonate-User");
            }
            return caller;
        }
        if (caller.isAnonymous()) {
            throw KubeRefusal.of(Reason.UNAUTHORIZED, "Unauthorized");
        }
        User actor = named(name.get(), groups);
        require(roles, caller, deed(name.get()));
        groups.forEach(group -> require(roles, caller, cluster("groups", group)));
        return actor;
    }

    private static User named(String name, List<String> groups) {
        String[] parts = name.split(":", -1);
        if (name.startsWith(ACCOUNT) && parts.length == ACCOUNT_PARTS && groups.isEmpty()) {
            return User.serviceAccount(parts[2], parts[3]);
        }
        return User.authenticated(name, new ArrayList<>(groups));
    }

    private static Deed deed(String name) {
        String[] parts = name.split(":", -1);
        return name.startsWith(ACCOUNT) && parts.length == ACCOUNT_PARTS
                ? new Deed("impersonate", "", "serviceaccounts", "", parts[2], parts[3], "")
                : cluster("users", name);
    }

    private static Deed cluster(String resource, String name) {
        return new Deed("impersonate", "", resource, "", "", name, "");
    }

    private static void require(Roles roles, User caller, Deed deed) {
        if (!roles.allow(caller, deed)) {
            throw KubeRefusal.forbidden(
                    new ResourceName(deed.group(), deed.resource()), deed.name(), deed.refusal(caller));
        }
    }
}
