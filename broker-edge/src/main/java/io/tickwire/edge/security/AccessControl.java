package io.tickwire.edge.security;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.security.authorizer.AclEntry;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.apache.kafka.server.authorizer.Authorizer;

/** Asks the authorizer, if there is one; without one everything is allowed. Any thread. */
public final class AccessControl {
    private final Optional<Authorizer> authorizer;

    /** Uses {@code authorizer}, or allows everything when empty. */
    public AccessControl(Optional<Authorizer> authorizer) {
        this.authorizer = authorizer;
    }

    /** The authorizer, if there is one. */
    public Optional<Authorizer> authorizer() {
        return authorizer;
    }

    /** Whether the operation on one resource is allowed; a refusal is logged by the authorizer. */
    public boolean allows(AuthorizableRequestContext context, AclOperation operation, ResourceType type, String name) {
        return allows(context, operation, type, name, true);
    }

    /** As above; {@code logDenied} says whether a refusal is worth a line in the authorizer's log. */
    public boolean allows(
            AuthorizableRequestContext context,
            AclOperation operation,
            ResourceType type,
            String name,
            boolean logDenied) {
        if (authorizer.isEmpty()) {
            return true;
        }
        Action action = new Action(operation, new ResourcePattern(type, name, PatternType.LITERAL), 1, true, logDenied);
        return authorizer.get().authorize(context, List.of(action)).getFirst() == AuthorizationResult.ALLOWED;
    }

    /** Whether the operation on the cluster is allowed. */
    public boolean allowsCluster(AuthorizableRequestContext context, AclOperation operation) {
        return allows(context, operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
    }

    /**
     * Refuses unless the operation on the cluster is allowed.
     *
     * @throws ClusterAuthorizationException when it is not
     */
    public void requireCluster(AuthorizableRequestContext context, AclOperation operation) {
        if (!allowsCluster(context, operation)) {
            throw new ClusterAuthorizationException("Request " + context + " is not authorized.");
        }
    }

    /** The names among {@code elements} on which the operation is allowed. */
    public <T> Set<String> filter(
            AuthorizableRequestContext context,
            AclOperation operation,
            ResourceType type,
            Collection<T> elements,
            Function<T, String> name,
            boolean logDenied) {
        Set<String> names = new HashSet<>();
        elements.forEach(element -> names.add(name.apply(element)));
        if (authorizer.isEmpty() || names.isEmpty()) {
            return names;
        }
        List<String> ordered = List.copyOf(names);
        List<Action> actions = new ArrayList<>(ordered.size());
        for (String one : ordered) {
            actions.add(new Action(operation, new ResourcePattern(type, one, PatternType.LITERAL), 1, true, logDenied));
        }
        List<AuthorizationResult> results = authorizer.get().authorize(context, actions);
        Set<String> allowed = new HashSet<>();
        for (int i = 0; i < ordered.size(); i++) {
            if (results.get(i) == AuthorizationResult.ALLOWED) {
                allowed.add(ordered.get(i));
            }
        }
        return allowed;
    }

    /** Whether the operation is allowed on any resource of the type. */
    public boolean allowsAny(AuthorizableRequestContext context, AclOperation operation, ResourceType type) {
        return authorizer.isEmpty()
                || authorizer.get().authorizeByResourceType(context, operation, type) == AuthorizationResult.ALLOWED;
    }

    /** The operations that the principal may do on a resource, as the bit field that responses carry. */
    public int authorizedOperations(AuthorizableRequestContext context, ResourceType type, String name) {
        List<AclOperation> supported = List.copyOf(AclEntry.supportedOperations(type));
        Set<Byte> codes = new HashSet<>();
        if (authorizer.isEmpty()) {
            supported.forEach(operation -> codes.add(operation.code()));
            return Utils.to32BitField(codes);
        }
        ResourcePattern pattern = new ResourcePattern(type, name, PatternType.LITERAL);
        List<Action> actions = new ArrayList<>();
        supported.forEach(operation -> actions.add(new Action(operation, pattern, 1, false, false)));
        List<AuthorizationResult> results = authorizer.get().authorize(context, actions);
        for (int i = 0; i < supported.size(); i++) {
            if (results.get(i) == AuthorizationResult.ALLOWED) {
                codes.add(supported.get(i).code());
            }
        }
        return Utils.to32BitField(codes);
    }
}
