/** The frame of the page. The rest is built by its script, out of what the API tells to who has a token. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Bridgehead</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 12h14M3 12V8a5 5 0 0 1 10 0v4' fill='none' stroke='%230a69da' stroke-width='2'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/dashboard.css">
<script src="/dashboard.js" defer></script>
</head>
<body>
<header class="top">
<p class="brand">Bridgehead</p>
<p class="which"><span id="cluster-label"></span><select id="cluster" aria-label="Cluster" hidden></select></p>
<p id="status" class="status"></p>
<button id="sign-out" type="button" hidden>Forget token</button>
</header>
<main>
<noscript><p class="stale">This page is drawn by its script, and scripts are off. The same is told by: bridgehead cluster show</p></noscript>
<form id="sign-in" hidden>
<h1>Show a cluster</h1>
<p id="refusal" class="problem" role="alert"></p>
<p><label for="token">Token</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" required aria-describedby="token-help"></p>
<p id="token-help" class="quiet">Any token of the cluster, or the admin token, which the file admin.token in the data folder holds. It stays in this tab, is sent in no address, and is gone when the tab is closed.</p>
<p><label for="cluster-name">Cluster</label>
<input id="cluster-name" autocomplete="off" spellcheck="false" aria-describedby="cluster-help"></p>
<p id="cluster-help" class="quiet">Needed with a token that is for one cluster only.</p>
<p><button type="submit">Show</button></p>
</form>
<div id="board" hidden>
<h1 id="headline" aria-live="polite"></h1>
<div id="warning"></div>
<div id="picture" class="picture"></div>
<div class="lists">
<section aria-labelledby="associations-title">
<h2 id="associations-title">Associations</h2>
<p id="association-counts" class="quiet"></p>
<ul id="associations" class="list"></ul>
</section>
<section aria-labelledby="events-title">
<h2 id="events-title">Events</h2>
<ul id="events" class="list" aria-label="Newest first"></ul>
</section>
</div>
</div>
</main>
</body>
</html>
`;
