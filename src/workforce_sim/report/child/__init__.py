"""One child: its days by stage, its story in dates, and its futures under several scenarios."""
