"""What connects a site with the rest of the web: links, descriptions, reports, pages of its own, and embedding."""
